import { describe, expect, it } from "vitest";
import { HeardWord, lastWords, servedSerials } from "./words.ts";

const NOW = 10_000;
const DIGEST = "0".repeat(16);
const word = (replica: string, at: number, changes: Partial<HeardWord> = {}): HeardWord => ({
  ...{ party: "relay", replica, version: `2-${DIGEST}`, at, ms: 0, serials: ["a"] },
  ...changes,
});

describe("lastWords", () => {
  it("keeps the last word of each replica, in whatever order they come", () => {
    const [old, newer] = [word("one", 1), word("one", 2, { version: `3-${DIGEST}` })];
    for (const heard of [
      [old, newer],
      [newer, old],
    ])
      expect(lastWords([], heard, NOW, NOW)).toEqual([newer]);
    expect(lastWords([newer], [old, word("two", 1)], NOW, NOW)).toEqual([newer, word("two", 1)]);
  });

  it("forgets whoever was silent for longer than anybody is waited for, and not a second before", () => {
    const heard = [word("one", NOW - 100), word("two", NOW - 101)];
    expect(lastWords(heard, [], 100, NOW)).toEqual([word("one", NOW - 100)]);
  });

  it("keeps the later of two words of one second, in whatever order they come", () => {
    const [old, newer] = [word("one", 5, { ms: 302 }), word("one", 5, { ms: 638, version: `3-${DIGEST}` })];
    expect(lastWords([old], [newer], NOW, NOW)).toEqual([newer]);
    expect(lastWords([newer], [old], NOW, NOW)).toEqual([newer]);
    expect(lastWords([newer], [word("one", 6)], NOW, NOW)).toEqual([word("one", 6)]);
  });

  it("keeps which certificate is served of the later of two words of one second", () => {
    const [old, newer] = [word("one", 5, { ms: 1 }), word("one", 5, { ms: 2, serials: ["b"] })];
    expect(lastWords([], [old, newer], NOW, NOW)).toEqual([newer]);
  });

  it("keeps of two words at one millisecond the one with the lower version, which promises less", () => {
    const [low, high] = [word("one", 5), word("one", 5, { version: `10-${DIGEST}` })];
    expect(lastWords([low], [high], NOW, NOW)).toEqual([low]);
    expect(lastWords([high], [low], NOW, NOW)).toEqual([low]);
  });

  it("keeps each version of those without a name: another one may be behind it", () => {
    const [old, later] = [word("unnamed", 1), word("unnamed", 2, { version: `3-${DIGEST}` })];
    expect(lastWords([old], [later, word("unnamed", 3)], NOW, NOW)).toEqual([word("unnamed", 3), later]);
  });

  it("keeps replicas of one name of two parties apart", () => {
    expect(lastWords([], [word("one", 1), word("one", 2, { party: "bunny" })], NOW, NOW)).toHaveLength(2);
  });
});

describe("HeardWord", () => {
  it("reads what was remembered without milliseconds as of the beginning of its second", () => {
    const { ms: _, ...kept } = word("one", 5);
    expect(HeardWord.parse(kept)).toEqual(word("one", 5));
  });
});

describe("servedSerials", () => {
  it("names what the replicas that were heard lately serve, and not what they have only loaded", () => {
    const words = [
      word("one", 50, { serials: ["b", "a"] }),
      word("two", 50),
      word("three", 49, { serials: ["c"] }),
    ];
    expect(servedSerials(words, "relay", 50)).toEqual(["a", "b"]);
    expect(servedSerials(words, "bunny", 0)).toEqual([]);
    expect(servedSerials([word("one", 50, { serials: [] })], "relay", 0)).toEqual([]);
  });
});
