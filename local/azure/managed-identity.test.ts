import { ManagedIdentityCredential } from "@azure/identity";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Kernel } from "../stand-in/kernel.ts";
import { type ManagedIdentity, startManagedIdentity } from "./managed-identity.ts";
import { createTokenIssuer } from "./tokens.ts";

const APP = { principalId: "app-object-id", clientId: "app-client-id" };
const VAULT = "https://vault.azure.net";
const tokens = createTokenIssuer("22222222-2222-4222-8222-222222222222");
const started: ManagedIdentity[] = [];

async function start(): Promise<{ kernel: Kernel; identity: ManagedIdentity }> {
  const kernel = new Kernel({ seed: 1, calm: true });
  const identity = await startManagedIdentity({ kernel, tokens, principal: APP });
  started.push(identity);
  return { kernel, identity };
}

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const identity of started.splice(0)) await identity.close();
});

function ask(identity: ManagedIdentity, query: Record<string, string>, header = identity.header) {
  const url = `${identity.endpoint}?${new URLSearchParams(query)}`;
  return fetch(url, { headers: { "x-identity-header": header } });
}

describe("startManagedIdentity", () => {
  it("gives Microsoft's credential a token of the app's principal", async () => {
    const { identity } = await start();
    vi.stubEnv("IDENTITY_ENDPOINT", identity.endpoint);
    vi.stubEnv("IDENTITY_HEADER", identity.header);
    const { token } = await new ManagedIdentityCredential().getToken(`${VAULT}/.default`);
    expect(await tokens.verify(token, [VAULT])).toEqual({ ok: true, principal: APP });
  });

  it("refuses a wrong header, and gives away nothing", async () => {
    const { identity, kernel } = await start();
    const answer = await ask(identity, { "api-version": "2019-08-01", resource: VAULT }, "wrong");
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain("access_token");
    expect(kernel.calls()[0]).toMatchObject({ caller: "anonymous", outcome: "Unauthorized" });
  });

  it("refuses an unknown resource, another api-version and an identity that it has not", async () => {
    const { identity } = await start();
    const right = { "api-version": "2019-08-01", resource: VAULT };
    const attempts: Record<string, string>[] = [
      { ...right, resource: "https://example.test" },
      { ...right, "api-version": "2017-09-01" },
      { resource: VAULT },
      { ...right, client_id: "another" },
    ];
    for (const attempt of attempts) expect((await ask(identity, attempt)).status).toBe(400);
    expect((await ask(identity, { ...right, client_id: APP.clientId })).status).toBe(200);
  });
});
