import { describe, expect, it } from "vitest";
import { consentAfter, wishDigest } from "./consent.ts";
import { AT, BUNNY, consentTo, groupWith, tcp } from "./test-security-group.ts";

const OTHER = tcp("10.0.0.0/24", 443);

describe("wishDigest", () => {
  it("is that of the rules, in whatever order and words", () => {
    const wish = wishDigest(groupWith({ rules: [BUNNY, OTHER] }));
    expect(wishDigest(groupWith({ rules: [OTHER, { ...BUNNY, description: "bunny" }] }))).toBe(wish);
    expect(wishDigest(groupWith({ rules: [BUNNY] }))).not.toBe(wish);
    expect(wish).toMatch(/^[0-9a-f]{64}$/);
  });

  it("leaves out exceptions, so that one does not undo what was accepted", () => {
    const exceptions = [{ rule: OTHER, author: "alice", reason: "a test", until: AT }];
    expect(wishDigest(groupWith({ exceptions }))).toBe(wishDigest(groupWith()));
  });
});

describe("consentAfter", () => {
  it("uses an acceptance up, so that it does not count for the same wish a second time", () => {
    const desired = groupWith();
    const before = consentTo([BUNNY, OTHER], { accepted: wishDigest(desired) });
    expect(consentAfter(desired, before, [])).toEqual(consentTo([BUNNY]));
  });

  it("keeps it while something waits for another", () => {
    const before = consentTo([BUNNY, OTHER], { accepted: "of another wish" });
    expect(consentAfter(groupWith(), before, [OTHER])).toEqual({ ...before, lastApplied: [OTHER, BUNNY] });
  });
});
