import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { sized } from "../../local/property.ts";
import { Secret } from "../runtime/secret.ts";
import { isLegalOnBoth, makePreSharedKey, parsePreSharedKey, writePreSharedKey } from "./pre-shared-key.ts";

const KEYS = sized(10_000, 1_000_000);

/** Written from each cloud's own words, and not as the code has it. */
const isLegalInAws = (key: string): boolean =>
  key.length >= 8 && key.length <= 64 && /^[a-zA-Z0-9._]*$/.test(key) && !key.startsWith("0");
const isLegalInAzure = (key: string): boolean =>
  key.length >= 1 &&
  key.length <= 128 &&
  [...key].every((char) => char > " " && char <= "~" && char !== "-" && char !== "~");

describe("makePreSharedKey", () => {
  it(
    `makes keys that are legal on both clouds, and never the same one twice, ${KEYS} times`,
    () => {
      const seen = new Set<string>();
      const illegal: string[] = [];
      for (let made = 0; made < KEYS; made += 1) {
        const key = makePreSharedKey(randomBytes);
        const text = key.unwrap();
        if (!isLegalInAws(text) || !isLegalInAzure(text) || !isLegalOnBoth(key)) illegal.push(text);
        seen.add(text);
      }
      expect(illegal).toEqual([]);
      expect(seen.size).toBe(KEYS);
    },
    sized(30_000, 600_000),
  );

  it("has at least 256 random bits: each of its places is as likely as the other", () => {
    const bytesOf = (byte: number) => () => Uint8Array.from({ length: 44 }, () => byte);
    const texts = Array.from({ length: 256 }, (_, byte) => makePreSharedKey(bytesOf(byte)).unwrap());
    const bitsAt = (place: number) => {
      const counts = Map.groupBy(texts, (text) => text.charAt(place));
      expect(new Set([...counts.values()].map(({ length }) => length)).size).toBe(1);
      return Math.log2(counts.size);
    };
    const bits = Array.from({ length: texts[0]?.length ?? 0 }, (_, place) => bitsAt(place));
    expect(bits.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(256);
  });

  it("never begins with 0, which AWS refuses, whatever is drawn", () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const key = makePreSharedKey((length) => new Uint8Array(length).fill(byte)).unwrap();
      expect(key.charAt(0)).toMatch(/[A-Za-z]/);
    }
  });

  it("is not seen by whoever prints it", () => {
    const key = makePreSharedKey(randomBytes);
    expect(`${key} ${JSON.stringify({ key })} ${inspect({ key })}`).not.toContain(key.unwrap());
  });
});

describe("isLegalOnBoth", () => {
  it.each([
    ["seven77", "is too short for AWS"],
    ["a".repeat(65), "is too long for AWS"],
    ["0starts.with.zero", "begins with 0"],
    ["has-a-hyphen", "has a hyphen"],
    ["has~a~tilde", "has a tilde"],
    ["has a space", "has a space"],
    ["has/a+slash=", "has digits of base64"],
    ["ümlaut.ümlaut", "is not ASCII"],
    ["ends.with.newline\n", "ends with a line break"],
  ])("is false for %j, which %s", (key) => {
    expect(isLegalOnBoth(new Secret(key))).toBe(false);
  });

  it("is true at both ends of AWS's range", () => {
    expect(isLegalOnBoth(new Secret("A".repeat(8)))).toBe(true);
    expect(isLegalOnBoth(new Secret("_".repeat(64)))).toBe(true);
  });
});

describe("parsePreSharedKey", () => {
  const key = new Secret("made.by.us.1234");
  const written = writePreSharedKey({ tunnel: "one-a", origin: "made", key });

  it("reads what was written", () => {
    const parsed = parsePreSharedKey("one-a", written);
    expect(parsed).toMatchObject({ tunnel: "one-a", origin: "made" });
    expect(parsed?.key.unwrap()).toBe("made.by.us.1234");
  });

  const valueWith = (changes: object) =>
    JSON.stringify({
      kind: "pre-shared-key",
      tunnel: "one-a",
      origin: "made",
      key: "made.by.us.1234",
      ...changes,
    });
  it.each([
    ["another tunnel's", valueWith({ tunnel: "one-b" })],
    ["a key outside the alphabet", valueWith({ key: "has-hyphens-in-it" })],
    ["a key that begins with 0", valueWith({ key: "01234567" })],
    ["another kind", valueWith({ kind: "api-key" })],
    ["more than is known", valueWith({ more: 1 })],
    ["no JSON", "changeme"],
    ["nothing", ""],
  ])("does not take %s for a key", (_, value) => {
    expect(parsePreSharedKey("one-a", new Secret(value))).toBeNull();
  });

  it("does not take bytes for a key", () => {
    expect(parsePreSharedKey("one-a", null)).toBeNull();
  });
});
