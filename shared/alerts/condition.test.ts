import { describe, expect, it } from "vitest";
import { ConditionSchema, cut } from "./condition.ts";
import { condition } from "./test-conditions.ts";

const parse = (changes: Parameters<typeof condition>[1]) =>
  ConditionSchema.parse(condition("tunnels", changes));

describe("cut", () => {
  it("leaves alone what is short enough, and says where something is left out", () => {
    expect(cut("abcde", 5)).toBe("abcde");
    expect(cut("abcdef", 5)).toBe("abcd…");
  });

  it("cuts nothing that it has cut before", () => {
    expect(cut(cut("abcdef", 5), 5)).toBe(cut("abcdef", 5));
  });

  it("leaves no half of a character, cut or given", () => {
    expect(cut("abc😀ef", 5)).toBe("abc…");
    expect(cut("a\ud800b", 5)).toBe("a\ufffdb");
  });
});

describe("ConditionSchema", () => {
  it("is the same when parsed again", () => {
    const long = "x".repeat(5_000);
    const facts = Array.from({ length: 40 }, () => ({ label: long, value: long }));
    const once = parse({ title: long, facts, actions: [{ id: "a", at: 1, text: long }] });
    expect(ConditionSchema.parse(once)).toEqual(once);
    expect(once.title).toHaveLength(150);
    expect(once.facts).toHaveLength(10);
    expect(once.facts[0]?.value).toHaveLength(300);
    expect(once.actions[0]?.text).toHaveLength(500);
  });

  it("keeps zero, and takes a number that no table gives back as it was for a text", () => {
    const values = [0, -3, 0.5, Number.NaN, 2 ** 60];
    const { facts } = parse({ facts: values.map((value) => ({ label: "n", value })) });
    expect(facts.map(({ value }) => value)).toEqual([0, -3, "0.5", "NaN", "1152921504606847000"]);
  });

  it.each([
    "http://example.com",
    "javascript:alert(1)",
    "not a url",
    `https://example.com/${"x".repeat(2_000)}`,
  ])("leaves out a link to %s, and tells the rest", (url) => {
    const good = { text: "good", url: "https://example.com/" };
    expect(parse({ links: [{ text: "bad", url }, good] }).links).toEqual([good]);
  });

  it("takes keys of every form that concerns use", () => {
    for (const key of ["tunnels", "tunnel:one-a:maintenance", "certificate:Bunny-1:late"])
      expect(ConditionSchema.safeParse(condition(key)).success).toBe(true);
  });

  it.each([
    ["empty", ""],
    ["of two words", "a b"],
    ["with an empty part", "a::b"],
    ["that begins with a colon", ":a"],
    ["with other signs", "a#b"],
    ["that is too long", "x".repeat(201)],
  ])("refuses a key %s", (_what, key) => {
    expect(ConditionSchema.safeParse(condition(key)).success).toBe(false);
  });
});
