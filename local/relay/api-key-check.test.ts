import { describe, expect, it } from "vitest";
import { parseApiKey } from "../../shared/keys/api-key-value.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import { checkApiKey, digestOf } from "./api-key-check.ts";
import { testKey } from "./test-keys.ts";

const BUNNYS = testKey(1);
const POLLS = testKey(2, { scopes: ["poll"] });
const FOXS = testKey(3, { identity: "fox.example" });
const known = new Map(
  [BUNNYS, POLLS, FOXS].map(({ key, value }) => {
    const facts = parseApiKey(new Secret(value))?.facts;
    if (facts === undefined) throw new Error("the test's keys can be read");
    return [digestOf(key), facts];
  }),
);

const check = (changes: Partial<Parameters<typeof checkApiKey>[0]>) =>
  checkApiKey(
    {
      authorization: `Bearer ${BUNNYS.key}`,
      scope: "poll",
      mustHaveKey: true,
      hasName: (name) => name === "bunny.example",
      ...changes,
    },
    (digest) => known.get(digest),
  );

describe("checkApiKey", () => {
  it("accepts a key that is known, of the certificate's identity and good for the route", () => {
    expect(check({})).toEqual({ kind: "accepted", keyId: BUNNYS.id });
    expect(check({ scope: "results" })).toEqual({ kind: "accepted", keyId: BUNNYS.id });
    expect(check({ authorization: `bearer ${BUNNYS.key}` })).toMatchObject({ kind: "accepted" });
  });

  it("asks for none where the route needs none, whatever was sent", () => {
    const authorization = "Bearer nonsense";
    expect(check({ scope: undefined, authorization })).toEqual({ kind: "not-asked" });
  });

  it("asks for none of who need not have one, but for a good one if there is one", () => {
    expect(check({ mustHaveKey: false, authorization: undefined })).toEqual({ kind: "not-asked" });
    expect(check({ mustHaveKey: false })).toMatchObject({ kind: "accepted" });
    expect(check({ mustHaveKey: false, authorization: `Bearer ${testKey(9).key}` })).toMatchObject({
      reason: "api-key-unknown",
    });
  });

  it("misses a key of who must have one", () => {
    expect(check({ authorization: undefined })).toEqual({ kind: "refused", reason: "api-key-missing" });
  });

  it.each([
    `Bearer ${testKey(9).key}`,
    `Bearer ${BUNNYS.key}A`,
    `Bearer ${BUNNYS.key.slice(1)}`,
    `Bearer ${digestOf(BUNNYS.key)}`,
    `Bearer ${BUNNYS.id}`,
    `Bearer  ${BUNNYS.key}`,
    `Basic ${BUNNYS.key}`,
    BUNNYS.key,
    "",
  ])("does not know %j, and names no key", (authorization) => {
    expect(check({ authorization })).toEqual({ kind: "refused", reason: "api-key-unknown" });
  });

  it("refuses a key of another identity, before anything else that is known of it", () => {
    expect(check({ authorization: `Bearer ${FOXS.key}` })).toEqual({
      ...{ kind: "refused", reason: "api-key-identity", keyId: FOXS.id },
    });
  });

  it("refuses a key for what it is not good for", () => {
    expect(check({ authorization: `Bearer ${POLLS.key}`, scope: "results" })).toEqual({
      ...{ kind: "refused", reason: "api-key-scope", keyId: POLLS.id },
    });
  });
});
