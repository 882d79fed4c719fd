import { describe, expect, it } from "vitest";
import { consentFor, scopeOf } from "./agreed.ts";
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

describe("wishDigest of what is shown for one reach", () => {
  const azure = {
    ...groupWith(),
    cloud: "azure" as const,
    group: { resourceGroup: "network", nsg: "nodes" },
  };

  it.each([
    ["another security group", groupWith({ group: "sg-0fffffff" })],
    ["marked rules only", groupWith({ own: "marked" })],
    ["one direction only", groupWith({ directions: ["in"] })],
    ["an NSG", azure],
  ])("is another one for %s", (_what, desired) => {
    expect(wishDigest(desired)).not.toBe(wishDigest(groupWith()));
  });

  it("is another one for an NSG of another resource group or subscription, and the same in whatever case", () => {
    const digests = [
      azure.group,
      { ...azure.group, resourceGroup: "other" },
      { ...azure.group, subscription: "0b1f6471-1bf0-4dda-aec3-111122223333" },
    ].map((group) => wishDigest({ ...azure, group }));
    expect(new Set(digests).size).toBe(3);
    const loud = { resourceGroup: "NETWORK", nsg: "Nodes" };
    expect(wishDigest({ ...azure, group: loud })).toBe(digests[0]);
  });
});

describe("consentAfter", () => {
  const scope = scopeOf(groupWith());

  it("uses an acceptance up, so that it does not count for the same wish a second time", () => {
    const desired = groupWith();
    const before = consentTo([BUNNY, OTHER], { accepted: wishDigest(desired) });
    expect(consentAfter(desired, before, [], AT)).toEqual({
      ...{ lastApplied: [BUNNY], accepted: null, unseenSince: null, scope },
    });
  });

  it("keeps it while something waits for another", () => {
    const before = consentTo([BUNNY, OTHER], { accepted: "of another wish" });
    expect(consentAfter(groupWith(), before, [OTHER], AT)).toEqual({
      ...{ lastApplied: [OTHER, BUNNY], accepted: "of another wish", unseenSince: null, scope },
    });
  });

  it("remembers for five minutes what would wait if it were seen open, and then no more", () => {
    const first = consentAfter(groupWith(), consentTo([BUNNY, OTHER]), [], AT);
    expect(first).toMatchObject({ lastApplied: [OTHER, BUNNY], unseenSince: AT });
    const later = (seconds: number) =>
      consentAfter(groupWith(), consentFor(groupWith(), first, 0), [], AT + seconds);
    expect(later(299)).toEqual(first);
    expect(later(300)).toMatchObject({ lastApplied: [BUNNY], unseenSince: null });
  });

  it("counts what waits with what is not seen: together they may be more than is closed without consent", () => {
    const third = tcp("10.0.1.0/24", 443);
    const before = { ...consentTo([BUNNY, OTHER, third]), shrinkMax: 1 };
    expect(consentAfter(groupWith(), before, [OTHER], AT)).toMatchObject({
      ...{ lastApplied: [OTHER, third, BUNNY], unseenSince: AT },
    });
  });

  it("remembers what is wanted now, of a group of which nothing was remembered", () => {
    const before = { ...consentTo([]), lastApplied: null };
    expect(consentAfter(groupWith(), before, [], AT)).toMatchObject({ lastApplied: [BUNNY] });
  });

  it("remembers nothing of what needs no consent to be closed", () => {
    const before = { ...consentTo([BUNNY, OTHER]), shrinkMax: 1 };
    expect(consentAfter(groupWith(), before, [], AT)).toMatchObject({
      ...{ lastApplied: [BUNNY], unseenSince: null },
    });
  });
});
