import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { Secret } from "../runtime/secret.ts";
import { keyIdOf, makeApiKey, parseApiKey, writeApiKey } from "./api-key-value.ts";

const WANTED = { identity: "bunny.example.com", scopes: ["results", "poll"] } as const;
const parse = (text: string) => parseApiKey(new Secret(text));
const KEY = Buffer.alloc(32, 7).toString("base64url");
/** `printf %s "$KEY" | sha256sum | cut -c1-16`. */
const ID = "dc4bf80c77473d13";
const written = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    kind: "api-key",
    id: ID,
    identity: "bunny.example.com",
    scopes: ["poll"],
    key: KEY,
    ...changes,
  });

describe("makeApiKey", () => {
  it("draws a key of 256 bits, and calls it by the beginning of its digest", () => {
    const drawn: number[] = [];
    const { facts, key } = makeApiKey(WANTED, (bytes) => {
      drawn.push(bytes);
      return randomBytes(bytes);
    });
    expect(drawn).toEqual([32]);
    expect(facts.id).toBe(keyIdOf(key));
    expect(facts).toMatchObject({ identity: "bunny.example.com", scopes: ["poll", "results"] });
    expect(facts.id).toMatch(/^[0-9a-f]{16}$/);
    expect(key.unwrap()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it("is read back as it was written, whatever is drawn", () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, (random) => {
        const key = makeApiKey(WANTED, (count) => random.subarray(0, count));
        const read = parseApiKey(writeApiKey(key));
        expect(read?.facts).toEqual(key.facts);
        expect(read?.key.unwrap()).toBe(key.key.unwrap());
      }),
      runs(),
    );
  });

  it("shows the key to nobody", () => {
    const made = makeApiKey(WANTED, randomBytes);
    const shown = `${inspect(made)} ${JSON.stringify(made)} ${writeApiKey(made)}`;
    expect(shown).not.toContain(made.key.unwrap());
  });
});

describe("parseApiKey", () => {
  it("reads a key, with its scopes in order and once each", () => {
    expect(parse(written({ scopes: ["results", "poll", "poll"] }))?.facts).toEqual({
      id: ID,
      identity: "bunny.example.com",
      scopes: ["poll", "results"],
    });
  });

  it.each<[string, string]>([
    ["a text that is no JSON", "hunter2"],
    ["JSON of another form", '{"username":"bunny","password":"hunter2"}'],
    ["another kind", written({ kind: "certificate" })],
    ["an id in upper case", written({ id: ID.toUpperCase() })],
    ["the id of another key", written({ id: "00000000000000ab" })],
    ["no scope", written({ scopes: [] })],
    ["a scope that there is not", written({ scopes: ["admin"] })],
    ["a key that is too short", written({ key: "A".repeat(42) })],
    ["a key of other characters", written({ key: `${"A".repeat(42)}=` })],
    ["a key with bits that no byte has", written({ key: `${"A".repeat(42)}B` })],
    ["no identity", written({ identity: "" })],
    ["a field more", written({ owner: "me" })],
  ])("takes %s for somebody's own", (_what, text) => {
    expect(parse(text)).toBeNull();
  });

  it("takes a version that holds bytes for somebody's own", () => {
    expect(parseApiKey(null)).toBeNull();
  });
});
