import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { modelRows } from "../../local/model/rows.ts";
import { type ModelVaultSecrets, modelVaultSecrets } from "../../local/model/vault-secrets.ts";
import { type Body, endpoints } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import type { VaultSecrets } from "../vault-secrets/vault-secrets.ts";
import { type ApiKeyHand, apiKeyPlaces, observeApiKeys, setApiKey } from "./api-key-hand.ts";
import type { DesiredApiKey } from "./api-key-schema.ts";
import { keyIdOf } from "./api-key-value.ts";

const NOW = 1_795_248_000;
const KEY = `canary${"k".repeat(36)}A`;
const KEY_ID = keyIdOf(new Secret(KEY));
const [NAME, OTHER] = ["jobs-key", "other-key"];

const desired = (name: string): DesiredApiKey => ({
  name,
  identity: "bunny.example.com",
  asGood: ["bunny.example.com"],
  callers: ["bunny.example.com"],
  scopes: ["poll"],
  rotateEverySeconds: 86_400,
  graceSeconds: 600,
  proof: "observed",
  provenWithinSeconds: 1_800,
});

function open(secretsOf?: (bunny: string, vault: ModelVaultSecrets) => VaultSecrets | undefined) {
  const clock = () => NOW;
  const vault = modelVaultSecrets(clock);
  const keys = [
    { bunny: "bunny", desired: desired(NAME) },
    { bunny: "hare", desired: desired(OTHER) },
  ];
  const only = (bunny: string) => (bunny === "bunny" ? vault : undefined);
  const places = apiKeyPlaces(keys, (bunny) =>
    secretsOf === undefined ? only(bunny) : secretsOf(bunny, vault),
  );
  const hand: ApiKeyHand = { places, rows: modelRows(), clock };
  const observe = async (...names: string[]) => {
    const outcome = await observeApiKeys(hand, { names });
    return endpoints["keys.observe-key"].outcome.parse(outcome).keys;
  };
  const set = async (changes: Partial<Body<"keys.set-key">> = {}) => {
    const body = { name: NAME, keyId: KEY_ID, key: KEY, over: null, ...changes };
    const outcome = await setApiKey(hand, endpoints["keys.set-key"].body.parse(body));
    return endpoints["keys.set-key"].outcome.parse(outcome);
  };
  return { vault, hand, observe, set };
}

const unreachable = new CloudError({
  provider: "azure",
  operation: "GetSecretVersions",
  target: NAME,
  code: "unreachable",
  retryable: true,
});

describe("observeApiKeys", () => {
  it("says which key is in the vault by its id, and never the key", async () => {
    const { observe, set } = open();
    const { outcome, ...answer } = await set();
    expect(outcome).toBe("set");
    const [seen] = await observe(NAME);
    expect(seen).toEqual({ name: NAME, key: { keyId: KEY_ID, enabled: true, createdAt: NOW, ...answer } });
    expect(inspect(seen, { depth: null })).not.toContain("canary");
  });

  it("says that there is none, or that it is deleted", async () => {
    const { vault, observe, set } = open();
    expect(await observe(NAME)).toEqual([{ name: NAME, key: null }]);
    await set();
    vault.remove(NAME);
    expect(await observe(NAME)).toEqual([{ name: NAME, key: "deleted" }]);
  });

  it("says that it is disabled", async () => {
    const { vault, observe, set } = open();
    await set();
    vault.disable(NAME);
    expect(await observe(NAME)).toMatchObject([{ key: { keyId: KEY_ID, enabled: false } }]);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ["no id", {}],
    ["an id of another form", { "warrener-key-id": "0123" }],
  ])("knows a version with %s for somebody else's", async (_name, tags) => {
    const { vault, observe } = open();
    await vault.set(NAME, { value: new Secret("typed by hand"), tags, contentType: "text/plain" });
    expect(await observe(NAME)).toMatchObject([{ key: { keyId: null, enabled: true } }]);
  });

  it("tells of each key that it cannot look at, and of the others all the same", async () => {
    const { vault, observe } = open((bunny, vault) =>
      bunny === "hare" ? { ...vault, readNewest: () => Promise.reject(unreachable) } : vault,
    );
    vault.take(NAME);
    expect(await observe(NAME, OTHER, "no-key")).toEqual([
      { name: NAME, problem: { code: "name-taken", operation: "keys.observe-key", retryable: false } },
      {
        name: OTHER,
        problem: { code: "unreachable", operation: "GetSecretVersions", retryable: true, throttled: false },
      },
      { name: "no-key", problem: { code: "unknown-key", operation: "keys.observe-key", retryable: false } },
    ]);
  });

  it("looks at no name but the link's, and at none whose bunny has no vault", async () => {
    const asked: string[] = [];
    const { observe } = open((bunny, vault) => {
      const readNewest = async (name: string) => {
        asked.push(name);
        return null;
      };
      return bunny === "hare" ? undefined : { ...vault, readNewest };
    });
    expect(await observe("bunny-client", OTHER)).toMatchObject([
      { problem: { code: "unknown-key" } },
      { problem: { code: "unknown-key" } },
    ]);
    expect(asked).toEqual([]);
  });
});

describe("setApiKey", () => {
  it("puts the key alone into the vault, with its id beside it", async () => {
    const { vault, set } = open();
    const answer = await set();
    const newest = await vault.readNewest(NAME);
    expect(newest).toMatchObject({ tags: { "warrener-key-id": KEY_ID }, contentType: "text/plain" });
    expect(vault.values(NAME)).toEqual([KEY]);
    expect(JSON.stringify(answer)).not.toContain("canary");
  });

  it("sets nothing over another version than the one that was seen", async () => {
    const { vault, set } = open();
    await set();
    expect(await set()).toMatchObject({ outcome: "refused", reason: "observation-stale" });
    expect(await set({ over: "0".repeat(32) })).toMatchObject({ reason: "observation-stale" });
    expect(vault.values(NAME)).toHaveLength(1);
  });

  it("sets no secret that the link does not name", async () => {
    const { vault, set } = open();
    expect(await set({ name: "trust-bundle" })).toMatchObject({ outcome: "refused", reason: "unknown-key" });
    expect(await set({ name: OTHER })).toMatchObject({ outcome: "refused", reason: "unknown-key" });
    expect(vault.values("trust-bundle")).toEqual([]);
  });

  it("refuses a key under the id of another one", async () => {
    const { vault, set } = open();
    expect(await set({ keyId: "0123456789abcdef" })).toMatchObject({ reason: "illegal-key" });
    expect(vault.values(NAME)).toEqual([]);
  });

  it("refuses to use a name up", async () => {
    const { set } = open();
    let over: string | null = null;
    for (let count = 0; count < 24; count += 1) {
      const answer = await set({ over });
      if (answer.outcome === "refused") throw new Error(answer.detail);
      over = answer.version;
    }
    expect(await set({ over })).toMatchObject({ outcome: "refused", reason: "set-too-often" });
  });

  it("refuses a name that is deleted, or a certificate's, and says what to do", async () => {
    const { vault, set } = open();
    vault.remove(NAME);
    expect(await set()).toMatchObject({ reason: "key-deleted", detail: expect.stringContaining("recover") });
    vault.take(NAME);
    expect(await set()).toMatchObject({ reason: "name-taken" });
  });

  it("fails when nobody knows whether the key was set, without the key in what it says", async () => {
    const { hand } = open((bunny, vault) =>
      bunny === "bunny" ? { ...vault, set: () => Promise.reject(unreachable) } : undefined,
    );
    const body = { name: NAME, keyId: KEY_ID, key: KEY, over: null };
    const error = await setApiKey(hand, body).catch((thrown: unknown) => thrown);
    expect(error).toBe(unreachable);
    expect(inspect(error, { depth: null })).not.toContain("canary");
  });
});

describe("keys.set-key", () => {
  it.each<[string, object]>([
    ["a key of another length", { key: "canary" }],
    ["a key outside its alphabet", { key: `${KEY.slice(0, -2)}/A` }],
    ["a key id of another form", { keyId: "canary" }],
    ["a field more", { extra: "canary" }],
  ])("does not take %s, and tells none of it", (_name, changes) => {
    const body = { name: NAME, keyId: KEY_ID, key: KEY, over: null, ...changes };
    const parsed = endpoints["keys.set-key"].body.safeParse(body);
    expect(parsed.success).toBe(false);
    expect(inspect(parsed.error?.issues, { depth: null })).not.toContain("canary");
  });
});
