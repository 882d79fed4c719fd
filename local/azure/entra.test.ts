import { decodeJwt, generateKeyPair, SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { BUNNY, BUNNY_ACCOUNT, createWorld, ISSUER, TENANT, type World } from "./world-for-tests.ts";

const VAULT_SCOPE = "https://vault.azure.net/.default";
const worlds: World[] = [];

async function openWorld(): Promise<World> {
  const world = await createWorld();
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function exchange(world: World, form: Record<string, string>) {
  const answer = await world.http.send({
    method: "POST",
    url: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  });
  return { status: answer.status, json: JSON.parse(answer.body.toString()) };
}

function formWith(assertion: string, changes: Record<string, string> = {}): Record<string, string> {
  return {
    grant_type: "client_credentials",
    client_id: BUNNY.clientId,
    scope: VAULT_SCOPE,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    ...changes,
  };
}

describe("a workload identity", () => {
  it("turns a service account's token into one for Key Vault, with Microsoft's credential", async () => {
    const world = await openWorld();
    const credential = world.workloadIdentity(() => world.cluster.mint(BUNNY_ACCOUNT));
    const { token } = await credential.getToken(VAULT_SCOPE);
    expect(decodeJwt(token)).toMatchObject({
      aud: "https://vault.azure.net",
      iss: `https://sts.windows.net/${TENANT}/`,
      oid: BUNNY.principalId,
      appid: BUNNY.clientId,
      tid: TENANT,
    });
    expect(await world.entra.tokens.verify(token, ["https://vault.azure.net"])).toEqual({
      ok: true,
      principal: BUNNY,
    });
  });

  it("is refused as another service account, another issuer's, for another audience, or out of its time", async () => {
    const world = await openWorld();
    const other = { namespace: "other", name: "bunny" };
    const attempts = [
      ["AADSTS700213", await world.cluster.mint(other)],
      ["AADSTS700212", await world.cluster.mint(BUNNY_ACCOUNT, { audience: "api://azureadtokenexchange" })],
      ["AADSTS700024", await world.cluster.mint(BUNNY_ACCOUNT, { lifetimeSeconds: -60 })],
      ["AADSTS700211", await forge({ iss: ISSUER.slice(0, -1) })],
      [
        "AADSTS700222",
        await world.entra.tokens.mint({ principal: BUNNY, audience: "a", lifetimeSeconds: 60 }),
      ],
      ["AADSTS700027", await forge({ iss: ISSUER })],
      ["AADSTS50027", "not a token"],
    ];
    for (const [code, assertion = ""] of attempts) {
      const { json } = await exchange(world, formWith(assertion));
      expect(json.error_description).toContain(`${code}:`);
      expect(json.access_token).toBeUndefined();
    }
    const outcomes = world.kernel.calls("entra:Token").map(({ outcome }) => outcome);
    expect(outcomes).toEqual(attempts.map(([code]) => code));
  });
});

/** A token with the right claims and a key that nobody published. */
async function forge(claims: Record<string, string>): Promise<string> {
  const { privateKey } = await generateKeyPair("RS256");
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    sub: "system:serviceaccount:bunny:bunny",
    aud: "api://AzureADTokenExchange",
    exp: now + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256" })
    .sign(privateKey);
}

describe("the token endpoint", () => {
  it("refuses what is missing, unsupported or unknown, with Entra's codes", async () => {
    const world = await openWorld();
    const form = formWith(await world.cluster.mint(BUNNY_ACCOUNT));
    const { client_assertion: _, ...withoutAssertion } = form;
    const { scope: __, ...withoutScope } = form;
    const attempts: [string, Record<string, string>, number, string][] = [
      ["AADSTS7000218", withoutAssertion, 401, "invalid_client"],
      ["AADSTS900144", withoutScope, 400, "invalid_request"],
      ["AADSTS70003", { ...form, grant_type: "password" }, 400, "unsupported_grant_type"],
      ["AADSTS700016", { ...form, client_id: "unknown" }, 400, "unauthorized_client"],
      ["AADSTS500011", { ...form, scope: "https://example.test/.default" }, 400, "invalid_resource"],
      ["AADSTS70011", { ...form, scope: "https://vault.azure.net/read" }, 400, "invalid_scope"],
    ];
    for (const [code, attempt, status, error] of attempts) {
      const answer = await exchange(world, attempt);
      expect([answer.status, answer.json.error, answer.json.error_codes]).toEqual([
        status,
        error,
        [Number(code.replace("AADSTS", ""))],
      ]);
    }
  });

  it("knows only its own tenant", async () => {
    const world = await openWorld();
    const url = "https://login.microsoftonline.com/other/v2.0/.well-known/openid-configuration";
    const answer = await world.http.send({ url });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      error: "invalid_tenant",
      error_codes: [90002],
    });
    const token = await world.http.send({
      method: "POST",
      url: "https://login.microsoftonline.com/other/oauth2/v2.0/token",
    });
    expect(JSON.parse(token.body.toString())).toMatchObject({
      error: "invalid_request",
      error_codes: [90002],
    });
  });

  it("publishes the keys that its tokens are signed with", async () => {
    const world = await openWorld();
    const base = `https://login.microsoftonline.com/${TENANT}`;
    const configuration = await world.http.readJson(`${base}/v2.0/.well-known/openid-configuration`);
    expect(configuration).toMatchObject({ jwks_uri: `${base}/discovery/v2.0/keys` });
    expect(await world.http.readJson(`${base}/discovery/v2.0/keys`)).toEqual(await world.entra.tokens.keys());
  });
});
