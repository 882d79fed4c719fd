import { STSClient } from "@aws-sdk/client-sts";
import { decodeJwt } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { createIssuer } from "../../local/aws/issuer.ts";
import { createSts } from "../../local/aws/sts.ts";
import { makeKernel, region, roleArn, startWorld } from "../../local/aws/test-world.ts";
import { TOKEN_SECONDS, webIdentity } from "./web-identity.ts";

const ISSUER = "https://11111111-2222-4333-8444-555555555555.tokens.sts.global.api.aws";
const AUDIENCE = "api://warrener-test";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const account = { federation: true };
  const issuer = await createIssuer(ISSUER, makeKernel());
  const federationEnabled = () => account.federation;
  const world = await startWorld(() => [createSts({ issuer, region, federationEnabled })]);
  closing.push(world.server.close);
  const later = { seconds: 0 };
  const clock = () => Math.floor(Date.now() / 1000) + later.seconds;
  const token = webIdentity({ client: new STSClient(world.client()), audience: AUDIENCE, clock });
  const asked = () => world.kernel.calls("sts:GetWebIdentityToken").length;
  return { token, asked, later, account };
}

describe("webIdentity", () => {
  it("gives a token of the function's own role, for one audience, that lives for minutes", async () => {
    const { token } = await start();
    const { iss, aud, sub, iat = 0, exp = 0 } = decodeJwt((await token()).unwrap());
    expect({ iss, aud, sub }).toEqual({ iss: ISSUER, aud: AUDIENCE, sub: roleArn });
    expect(exp - iat).toBe(TOKEN_SECONDS);
  });

  it("keeps a token while it lives, and asks for another before it ends", async () => {
    const { token, asked, later } = await start();
    const first = await token();
    later.seconds = TOKEN_SECONDS - 100;
    expect(await token()).toBe(first);
    expect(asked()).toBe(1);
    later.seconds = TOKEN_SECONDS - 50;
    expect(await token()).not.toBe(first);
    expect(asked()).toBe(2);
  });

  it("asks once for calls that begin at once, and again when that failed", async () => {
    const { token, asked, account } = await start();
    account.federation = false;
    const failed = await Promise.allSettled([token(), token()]);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(asked()).toBe(1);
    account.federation = true;
    const [one, other] = await Promise.all([token(), token()]);
    expect(one).toBe(other);
    expect(asked()).toBe(2);
  });

  it("prints as [redacted]", async () => {
    const { token } = await start();
    expect(JSON.stringify({ token: await token() })).toBe('{"token":"[redacted]"}');
  });

  it("throws the cloud's code when there is no token, and asks again the next time", async () => {
    const { token, account } = await start();
    account.federation = false;
    await expect(token()).rejects.toMatchObject({
      name: "CloudError",
      operation: "GetWebIdentityToken",
      code: expect.stringMatching(/^OutboundWebIdentityFederationDisabled/),
    });
    account.federation = true;
    expect((await token()).unwrap()).toMatch(/^eyJ/);
  });
});
