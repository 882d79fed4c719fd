/** planSecurityGroup where somebody is to be asked first, and where time decides. */
import { describe, expect, it } from "vitest";
import { consentFor } from "./agreed.ts";
import { consentAfter, wishDigest } from "./consent.ts";
import { ruleKey } from "./rule-key.ts";
import type { AwsGroup, Consent, Rule } from "./schema.ts";
import type { ObservedSecurityGroup } from "./security-group.ts";
import { AT, BUNNY, consentTo, groupWith, lines, observed, plan, tcp } from "./test-security-group.ts";

const WORLD = tcp("0.0.0.0/0", 22);
const [A, B, C] = [tcp("10.0.0.0/24", 443), tcp("10.0.1.0/24", 443), tcp("10.0.2.0/24", 443)];

describe("planSecurityGroup of a wish that shrinks", () => {
  const there = observed(A, B, C);
  const consent = (change: Partial<Consent> = {}) => consentTo([A, B, C], change);

  it("holds all of it when it is more than may shrink", () => {
    const shrunk = plan({ desired: { rules: [A] }, there, consent: consent({ shrinkMax: 1 }) });
    expect(shrunk).toMatchObject({ changes: [], awaitingConsent: [B, C], drift: [] });
  });

  it("closes it when it is no more than that", () => {
    expect(lines({ desired: { rules: [A] }, there, consent: consent({ shrinkMax: 2 }) })).toEqual([
      `close sgr-1 ${ruleKey(B)}: no-longer-wanted`,
      `close sgr-2 ${ruleKey(C)}: no-longer-wanted`,
    ]);
  });

  it("holds the first removal when zero may shrink", () => {
    expect(plan({ desired: { rules: [A, B] }, there, consent: consent() }).awaitingConsent).toEqual([C]);
  });

  it("closes it once this very wish is accepted, and not another one", () => {
    const [desired, other] = [{ rules: [A] }, { rules: [A, B] }];
    const accepted = (of: Partial<AwsGroup>) => consent({ accepted: wishDigest(groupWith(of)) });
    expect(lines({ desired, there, consent: accepted(desired) })).toHaveLength(2);
    expect(lines({ desired, there, consent: accepted(other) })).toHaveLength(0);
  });

  it("closes what was never wanted meanwhile, and opens what is new", () => {
    const desired = { rules: [A, BUNNY] };
    expect(lines({ desired, there: observed(A, B, WORLD), consent: consent() })).toEqual([
      `open ${ruleKey(BUNNY)}: newly-wanted`,
      `close sgr-2 ${ruleKey(WORLD)}: unwanted`,
    ]);
  });

  it("keeps of a rule that was made wider only what the last link wanted", () => {
    const wide = tcp("10.0.0.0/16", 443);
    expect(lines({ desired: { rules: [A] }, there: observed(wide), consent: consentTo([A, B]) })).toEqual([
      `open ${ruleKey(A)}: missing`,
      `open ${ruleKey(B)}: awaiting-consent`,
      `close sgr-0 ${ruleKey(wide)}: too-wide`,
    ]);
  });

  it("opens nothing again that is closed already, and does not wait for it", () => {
    expect(plan({ desired: { rules: [A] }, there: observed(A), consent: consent() })).toMatchObject({
      changes: [],
      awaitingConsent: [],
    });
  });

  it("goes on waiting for what still waits after the next link, and remembers what that one wants", () => {
    const desired = groupWith({ rules: [A] });
    const { awaitingConsent } = plan({ desired, there, consent: consent() });
    const after = consentFor(desired, consentAfter(desired, consent(), awaitingConsent, AT), 0);
    expect(after).toEqual(consent());
    expect(plan({ desired: { rules: [] }, there, consent: after }).awaitingConsent).toEqual([A, B, C]);
  });
});

describe("planSecurityGroup of a group that is not to be touched", () => {
  it("only says what it would do in report mode", () => {
    const reported = plan({ desired: { mode: "report" }, there: observed(WORLD) });
    expect(reported).toMatchObject({ changes: [], withheld: { because: "report-mode" } });
    expect(reported.withheld?.changes).toHaveLength(2);
    expect(reported.drift).toHaveLength(2);
  });

  it("only says so of a group that it meets for the first time, until its wish is accepted", () => {
    const there = observed(WORLD);
    const first = plan({ there, consent: consentTo(null) });
    expect(first).toMatchObject({ changes: [], withheld: { because: "first-met" }, awaitingConsent: [] });
    const accepted = wishDigest(groupWith());
    expect(lines({ there, consent: consentTo(null, { accepted }) })).toEqual([
      `open ${ruleKey(BUNNY)}: newly-wanted`,
      `close sgr-0 ${ruleKey(WORLD)}: unwanted`,
    ]);
  });

  it("knows a group whose last wish was empty from one that it never met", () => {
    expect(plan({ there: observed(WORLD), consent: consentTo([]) }).withheld).toBeNull();
  });
});

describe("planSecurityGroup of an exception", () => {
  const exception = { rule: WORLD, author: "alice", reason: "an incident", from: AT, until: AT + 600 };
  const desired = { exceptions: [exception] };
  const at = (now: number, there: ObservedSecurityGroup) => plan({ desired, there, now });

  it("opens nothing before its time, and says when that comes", () => {
    expect(at(AT - 1, observed(BUNNY))).toMatchObject({ changes: [], nextAt: AT });
  });

  it("opens it from its first second to its last", () => {
    for (const now of [AT, AT + 599]) {
      expect(at(now, observed(BUNNY))).toMatchObject({
        changes: [{ kind: "open", rule: WORLD, reason: "missing", exception }],
        nextAt: AT + 600,
      });
      expect(at(now, observed(BUNNY, WORLD)).changes).toEqual([]);
    }
  });

  it("closes it in the second in which it is over, without consent, and says whose it was", () => {
    const over = at(AT + 600, observed(BUNNY, WORLD));
    expect(over).toMatchObject({
      changes: [{ kind: "close", id: "sgr-1", reason: "exception-over", exception }],
      drift: [{ reason: "exception-over", exception }],
      nextAt: null,
    });
  });

  it("names the one that ended last of several for one rule", () => {
    const earlier = { ...exception, author: "bob", from: AT - 600, until: AT };
    for (const exceptions of [
      [earlier, exception],
      [exception, earlier],
    ]) {
      const { changes } = plan({ desired: { exceptions }, there: observed(BUNNY, WORLD), now: AT + 600 });
      expect(changes).toMatchObject([{ reason: "exception-over", exception }]);
    }
  });

  it("closes at its end what was wanted for good before it was an exception, and holds what was none", () => {
    const consent = consentTo([BUNNY, A, WORLD]);
    const over = plan({ desired, there: observed(BUNNY, A, WORLD), consent, now: AT + 600 });
    expect(over).toMatchObject({
      changes: [{ id: "sgr-2", reason: "exception-over" }],
      awaitingConsent: [A],
    });
  });
});

describe("planSecurityGroup of an exception that a rule of others opens too", () => {
  const exception = { rule: WORLD, author: "alice", reason: "an incident", until: AT };
  const desired = { own: "marked" as const, exceptions: [exception] };
  const there = (...others: Rule[]) => {
    const [ours, ...rest] = observed(BUNNY, ...others).rules;
    const foreign = rest.map((one) => ({ ...one, marked: false }));
    return { rules: [...(ours === undefined ? [] : [ours]), ...foreign], prefixListSizes: new Map() };
  };

  it("touches no such rule, and says that it is open still once its time is over", () => {
    expect(plan({ desired, there: there(WORLD), now: AT - 1 })).toMatchObject({ openByOthers: [] });
    expect(plan({ desired, there: there(WORLD), now: AT })).toMatchObject({
      changes: [],
      drift: [],
      openByOthers: [WORLD],
    });
  });

  it("says nothing of other rules of others, nor of what is wanted besides", () => {
    expect(plan({ desired, there: there(A) })).toMatchObject({ openByOthers: [] });
    const rules = [BUNNY, WORLD];
    expect(plan({ desired: { ...desired, rules }, there: there(WORLD) })).toMatchObject({ openByOthers: [] });
    const all = { ...desired, own: "all" as const };
    expect(plan({ desired: all, there: there(WORLD) })).toMatchObject({
      changes: [{ kind: "close" }],
      openByOthers: [],
    });
  });
});
