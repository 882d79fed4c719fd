import { describe, expect, it } from "vitest";
import { type Agreed, consentFor, scopeOf } from "./agreed.ts";
import { wishDigest } from "./consent.ts";
import { startHealing } from "./test-healing.ts";
import { AT, BUNNY, consentTo, groupWith, observed, plan, tcp } from "./test-security-group.ts";

const MARKED = groupWith({ own: "marked", directions: ["in"] });
const agreedOn = (scope: Agreed["scope"]): Agreed => ({
  ...{ lastApplied: [BUNNY], accepted: null, unseenSince: null, scope },
});
const OTHERS = tcp("10.9.0.0/16", 5_432);

describe("consentFor", () => {
  it.each([
    ["the same reach", groupWith(), groupWith()],
    ["marked rules after all", groupWith(), groupWith({ own: "marked" })],
    ["one direction after both", groupWith(), groupWith({ directions: ["in"] })],
    ["directions in another order", groupWith(), groupWith({ directions: ["out", "in"] })],
  ])("counts for %s", (_what, before, now) => {
    expect(consentFor(now, agreedOn(scopeOf(before)), 0)).toEqual(consentTo([BUNNY]));
  });

  it.each([
    ["another security group", groupWith(), groupWith({ group: "sg-0fffffff" })],
    ["all rules after marked ones", groupWith({ own: "marked" }), groupWith()],
    ["both directions after one", groupWith({ directions: ["in"] }), groupWith()],
  ])("takes a group for one that is met for the first time: %s", (_what, before, now) => {
    expect(consentFor(now, agreedOn(scopeOf(before)), 0)).toEqual(consentTo(null));
  });
});

describe("a group whose name stands for something else in the next link", () => {
  const foreign = observed(tcp("10.0.0.0/8", 443), OTHERS).rules;

  it.each([
    ["another security group", groupWith(), groupWith({ group: "sg-0fffffff" })],
    ["all of its rules", MARKED, groupWith()],
  ])("is not touched before that is accepted: %s", async (_what, before, desired) => {
    const healing = startHealing({ desired, consent: consentTo([BUNNY]), observed: foreign });
    const kept = { ...healing.kept(), scope: scopeOf(before) };
    const { reports } = await healing.look([], {}, [desired], null, kept);
    expect(reports).toMatchObject([{ withheld: { because: "first-met", count: 3 }, done: [] }]);
    expect(healing.rules()).toEqual(foreign);

    const other = { ...kept, accepted: wishDigest(before) };
    expect((await healing.look([], {}, [desired], null, other)).reports).toMatchObject([{ done: [] }]);
    const accepted = { ...kept, accepted: wishDigest(desired) };
    const after = await healing.look([], {}, [desired], null, accepted);
    expect(after.reports).toMatchObject([{ withheld: null, opened: 1, closed: 2 }]);
    expect(healing.kept()).toMatchObject({
      lastApplied: [BUNNY],
      accepted: null,
      scope: scopeOf(desired),
    });
  });
});

describe("what an earlier version kept, without the group that it was applied to", () => {
  const desired = groupWith();
  const started = (...rules: readonly (typeof BUNNY)[]) => {
    const healing = startHealing({
      desired,
      consent: consentTo([BUNNY]),
      observed: observed(...rules).rules,
    });
    const kept = { ...healing.kept(), scope: null };
    return { ...healing, look: () => healing.look([], {}, [desired], null, kept) };
  };

  it("goes on counting where the group is in order, and is kept with its group then", async () => {
    const healing = started(BUNNY);
    expect((await healing.look()).reports).toMatchObject([{ withheld: null, driftCount: 0 }]);
    expect(healing.kept()).toMatchObject({ lastApplied: [BUNNY], scope: scopeOf(desired), version: 2 });
  });

  it("closes nothing of a group that is not in order, and tells what it would do", async () => {
    const healing = started(BUNNY, OTHERS);
    expect((await healing.look()).reports).toMatchObject([
      { withheld: { because: "first-met", count: 1 }, driftCount: 1, done: [] },
    ]);
    expect(healing.kept()).toMatchObject({ version: 1 });
  });

  it("holds what waits for consent, as before", () => {
    const consent = { ...consentTo([BUNNY, OTHERS]), isOfUnknownScope: true };
    const there = observed(BUNNY, OTHERS);
    expect(plan({ there, consent, now: AT })).toMatchObject({
      changes: [],
      withheld: null,
      awaitingConsent: [OTHERS],
    });
  });
});
