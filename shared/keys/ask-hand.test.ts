import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Body, Outcome } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import type { VaultKey } from "./api-key-schema.ts";
import type { ApiKey } from "./api-key-value.ts";
import { type KeyHandAsker, keyVaults } from "./ask-hand.ts";

type Observe = (body: Body<"keys.observe-key">) => Outcome<"keys.observe-key"> | Refusal;
type SetKey = (body: Body<"keys.set-key">) => Outcome<"keys.set-key">;
type Refusal = Extract<Outcome<"keys.set-key">, { readonly outcome: "refused" }>;

const KEY = `canary${"k".repeat(36)}A`;
const key: ApiKey = {
  facts: { id: "0123456789abcdef", identity: "bunny.example.com", scopes: ["poll"] },
  key: new Secret(KEY),
};
const inVault: VaultKey = { version: "v1", keyId: key.facts.id, enabled: true, createdAt: 1_795_248_000 };
const refusal = (reason: Refusal["reason"]): Refusal => ({ outcome: "refused", reason, detail: "" });
const observed = ({ names }: Body<"keys.observe-key">): Outcome<"keys.observe-key"> => ({
  outcome: "observed",
  keys: names.map((name) => ({ name, key: inVault })),
});

function start(
  names: readonly string[],
  answers: { readonly observe?: Observe; readonly set?: SetKey } = {},
  remainingMs = () => 120_000,
) {
  const asked: (readonly string[])[] = [];
  const sent: Body<"keys.set-key">[] = [];
  const verbs: {
    [E in "keys.observe-key" | "keys.set-key"]: (body: Body<E>) => Outcome<E> | Refusal;
  } = {
    "keys.observe-key": (body) => {
      asked.push(body.names);
      return (answers.observe ?? observed)(body);
    },
    "keys.set-key": (body) => {
      sent.push(body);
      return (answers.set ?? (() => ({ outcome: "set", version: "v2" })))(body);
    },
  };
  const asker: KeyHandAsker = { hand: async (endpoint, body) => verbs[endpoint](body), remainingMs };
  return { vaultOf: keyVaults(asker, names), asked, sent };
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `key-${index}`);

async function failureOf(run: () => Promise<unknown>): Promise<CloudError> {
  const error = await run().catch((thrown: unknown) => thrown);
  if (!(error instanceof CloudError)) throw new Error("it did not fail as a cloud does");
  return error;
}

describe("readKey", () => {
  it("looks at all keys of the run with one call for twenty, however they are read", async () => {
    const names = many(45);
    const { vaultOf, asked } = start(names);
    const read = await Promise.all(names.map((name) => vaultOf(name).readKey()));
    expect(read).toEqual(names.map(() => inVault));
    await vaultOf("key-0").readKey();
    expect(asked).toEqual([names.slice(0, 20), names.slice(20, 40), names.slice(40)]);
  });

  it("looks at nothing before a key is read", () => {
    expect(start(["jobs-key"]).asked).toEqual([]);
  });

  it("keeps a deleted secret, none, and trouble apart, of each key by itself", async () => {
    const { vaultOf } = start(["a", "b", "c", "d"], {
      observe: () => ({
        outcome: "observed",
        keys: [
          { name: "b", key: "deleted" },
          { name: "a", key: null },
          { name: "c", problem: { code: "Forbidden", operation: "GetSecretVersions", retryable: false } },
        ],
      }),
    });
    expect(await vaultOf("a").readKey()).toBeNull();
    expect(await vaultOf("b").readKey()).toBe("deleted");
    expect(await failureOf(() => vaultOf("c").readKey())).toMatchObject({
      provider: "azure",
      operation: "GetSecretVersions",
      target: "c",
      code: "Forbidden",
      retryable: false,
    });
    expect(await failureOf(() => vaultOf("d").readKey())).toMatchObject({
      target: "d",
      code: "not-answered",
    });
  });

  it("fails for each key when the hand refuses, as one that was built from another link does", async () => {
    const { vaultOf } = start(["a", "b"], { observe: () => refusal("other-link") });
    for (const name of ["a", "b"])
      expect(await failureOf(() => vaultOf(name).readKey())).toMatchObject({ code: "other-link" });
  });

  it("asks for nothing without the time for an answer", async () => {
    const { vaultOf, asked } = start(["a"], {}, () => 29_999);
    expect(await failureOf(() => vaultOf("a").readKey())).toMatchObject({ code: "no-time-left" });
    expect(asked).toEqual([]);
  });
});

describe("setKey", () => {
  it("sends the key with its id and what it is to replace", async () => {
    const { vaultOf, sent } = start(["jobs-key"]);
    expect(await vaultOf("jobs-key").setKey(key, "v1")).toBe("set");
    expect(sent).toEqual([{ name: "jobs-key", keyId: key.facts.id, key: KEY, over: "v1" }]);
  });

  it.each([
    ["observation-stale", "elsewhere"],
    ["key-deleted", "deleted"],
  ] as const)("takes %s for %s: nothing was set", async (reason, answer) => {
    const { vaultOf } = start(["jobs-key"], { set: () => refusal(reason) });
    expect(await vaultOf("jobs-key").setKey(key, null)).toBe(answer);
  });

  it.each(["frozen", "unknown-key", "name-taken", "other-link"] as const)(
    "fails with %s as its code, and without the key",
    async (reason) => {
      const { vaultOf } = start(["jobs-key"], { set: () => refusal(reason) });
      const failure = await failureOf(() => vaultOf("jobs-key").setKey(key, null));
      expect(failure).toMatchObject({ operation: "keys.set-key", target: "jobs-key", code: reason });
      expect(inspect(failure, { depth: null })).not.toContain("canary");
    },
  );

  it("sends nothing without the time for an answer", async () => {
    const { vaultOf, sent } = start(["jobs-key"], {}, () => 29_999);
    expect(await failureOf(() => vaultOf("jobs-key").setKey(key, null))).toMatchObject({
      code: "no-time-left",
    });
    expect(sent).toEqual([]);
  });
});
