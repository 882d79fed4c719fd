import { describe, expect, it } from "vitest";
import { ruleKey } from "./rule-key.ts";
import { BUNNY, consentTo, observed, plan, tcp } from "./test-security-group.ts";

const WORLD = tcp("0.0.0.0/0", 22);
const [A, B] = [tcp("10.0.0.0/24", 443), tcp("10.0.1.0/24", 443)];
const wide = tcp("10.0.0.0/16", 443);

describe("planSecurityGroup of a group whose kept consent names none", () => {
  const consent = consentTo([BUNNY], { isOfUnknownScope: true });
  const withheld = (there: ReturnType<typeof observed>, rulesMax = 60) =>
    plan({ there, consent, desired: { rulesMax } }).withheld;

  it("goes on with one that is in order", () => {
    expect(withheld(observed(BUNNY))).toBeNull();
  });

  it("meets it for the first time when anything is to be done in it", () => {
    expect(withheld(observed(BUNNY, WORLD))).toMatchObject({ because: "first-met", changes: [{}] });
    expect(withheld(observed())).toMatchObject({ because: "first-met", changes: [{ kind: "open" }] });
  });

  it("meets it for the first time when something cannot be done, though nothing else is to do", () => {
    const given = { there: observed(), consent, desired: { rulesMax: 0 } };
    expect(plan(given)).toMatchObject({
      refused: { reason: "group-full" },
      withheld: { because: "first-met", changes: [] },
    });
  });

  it("meets it for the first time when a rule of it cannot be read", () => {
    const there = { ...observed(BUNNY), unreadable: ["sgr-9"] };
    expect(plan({ there, consent }).withheld).toMatchObject({ because: "first-met", changes: [] });
  });
});

describe("planSecurityGroup says", () => {
  it("which rules it cannot read, in their order", () => {
    const there = { ...observed(BUNNY), unreadable: ["sgr-9", "sgr-8"] };
    expect(plan({ there })).toMatchObject({ changes: [], unreadable: ["sgr-8", "sgr-9"] });
  });

  it("nothing else of a group that is not there", () => {
    expect(plan({ there: { rules: null, prefixListSizes: new Map() } })).toEqual({
      changes: [],
      withheld: null,
      awaitingConsent: [],
      openByOthers: [],
      unreadable: [],
      drift: [],
      refused: { reason: "no-such-group" },
      nextAt: null,
    });
  });

  it("of a rule that is rewritten which it was, and which it is to be", () => {
    expect(plan({ desired: { rules: [A], rulesMax: 1 }, there: observed(wide) }).changes).toMatchObject([
      { kind: "rewrite", id: "sgr-0", from: wide, rule: A },
    ]);
  });

  it("of no rule that differs because it awaits consent", () => {
    const { drift } = plan({ desired: { rules: [A] }, there: observed(wide), consent: consentTo([A, B]) });
    expect(drift.map(({ reason, rule }) => [reason, ruleKey(rule)])).toEqual([
      ["missing", ruleKey(A)],
      ["too-wide", ruleKey(wide)],
    ]);
  });
});
