import { describe, expect, it } from "vitest";
import { CloudError } from "../runtime/errors.ts";
import type { Applied } from "./apply-security-group.ts";
import { wishDigest } from "./consent.ts";
import type { Drift, Rule } from "./schema.ts";
import type { SecurityGroupChange, SecurityGroupPlan } from "./security-group.ts";
import { type Round, securityGroupReport } from "./security-group-report.ts";
import { seenOf } from "./test-reports.ts";
import { AT, BUNNY, groupWith, tcp } from "./test-security-group.ts";

const BAD = tcp("0.0.0.0/0", 22);
const UNWANTED: Drift = { reason: "unwanted", rule: BAD, id: "sgr-1" };
const MISSING: Drift = { reason: "missing", rule: BUNNY };
const CLOSE: SecurityGroupChange = {
  kind: "close",
  id: "sgr-1",
  rule: BAD,
  reason: "unwanted",
  waitsFor: [],
};
const OPEN: SecurityGroupChange = { kind: "open", rule: BUNNY, reason: "missing" };

const planOf = (change: Partial<SecurityGroupPlan> = {}): SecurityGroupPlan => ({
  changes: [],
  withheld: null,
  awaitingConsent: [],
  openByOthers: [],
  unreadable: [],
  drift: [],
  refused: null,
  nextAt: null,
  ...change,
});
const appliedOf = (change: Partial<Applied> = {}): Applied => ({
  done: [],
  needless: new Set(),
  failed: [],
  left: [],
  postponed: [],
  isOutdated: false,
  ...change,
});
const report = (rounds: readonly [Round, ...Round[]], more: object = {}) =>
  securityGroupReport({
    desired: groupWith(),
    at: AT,
    rounds,
    withheldFor: null,
    changes: [],
    inOrderAt: null,
    ...more,
  });

describe("securityGroupReport", () => {
  it("tells what differed, by whom, and what was written", () => {
    const seen = seenOf("e1", "bob", [22]);
    const told = report(
      [
        {
          plan: planOf({ changes: [OPEN, CLOSE], drift: [MISSING, UNWANTED] }),
          applied: appliedOf({ done: [OPEN, CLOSE] }),
        },
      ],
      { changes: [seen, { ...seen, id: "e2", groups: ["loader"] }] },
    );
    expect(told).toMatchObject({
      group: "relay",
      at: AT,
      wish: wishDigest(groupWith()),
      opened: 1,
      closed: 1,
      withheld: null,
      isMore: false,
      failures: [],
      troubles: [],
    });
    expect(told.drift).toEqual([
      {
        reason: "missing",
        rule: "in tcp 443 10.10.1.0/24",
        certainty: "unknown",
        change: null,
        isHealed: true,
      },
      {
        reason: "unwanted",
        rule: "in tcp 22 0.0.0.0/0",
        id: "sgr-1",
        certainty: "named",
        change: "e1",
        isHealed: true,
      },
    ]);
    expect(told.done).toEqual([
      { kind: "open", rule: "in tcp 443 10.10.1.0/24", reason: "missing" },
      { kind: "close", rule: "in tcp 22 0.0.0.0/0", id: "sgr-1", reason: "unwanted" },
    ]);
    expect(told.seen.map(({ id }) => id)).toEqual(["e1"]);
  });

  it("names nobody for what was in order after the change that was heard of", () => {
    const seen = seenOf("e1", "bob", [22], { at: AT - 500 });
    const round = { plan: planOf({ drift: [UNWANTED] }), applied: appliedOf() };
    const [drift] = report([round], { changes: [seen], inOrderAt: AT - 100 }).drift;
    expect(drift).toMatchObject({ certainty: "unknown", change: null, isHealed: false });
  });

  it("tells nothing of what EC2 says is not as it was observed: an old read is nobody's doing", () => {
    const round = {
      plan: planOf({ changes: [OPEN, CLOSE], drift: [MISSING, UNWANTED] }),
      applied: appliedOf({ needless: new Set(["in tcp 443 10.10.1.0/24", "sgr-1"]) }),
    };
    expect(report([round])).toMatchObject({ drift: [], driftCount: 0, done: [] });
  });

  it("tells of two looks what both found and did, each once", () => {
    const first = {
      plan: planOf({ drift: [MISSING, UNWANTED] }),
      applied: appliedOf({ done: [OPEN], postponed: [CLOSE], isOutdated: true }),
    };
    const second = {
      plan: planOf({ drift: [MISSING, UNWANTED] }),
      applied: appliedOf({ needless: new Set(["in tcp 443 10.10.1.0/24"]), done: [CLOSE] }),
    };
    const told = report([first, second]);
    expect(told).toMatchObject({ driftCount: 2, healedCount: 2, opened: 1, closed: 1, isMore: false });
  });

  it("tells nothing of what a later look shows no more, without us", () => {
    const first = {
      plan: planOf({ drift: [UNWANTED] }),
      applied: appliedOf({ postponed: [CLOSE], isOutdated: true }),
    };
    expect(report([first, { plan: planOf(), applied: appliedOf() }])).toMatchObject({
      drift: [],
      isMore: false,
    });
  });

  it("says that there is more to do when something was put off", () => {
    const round = { plan: planOf({ drift: [UNWANTED] }), applied: appliedOf({ postponed: [CLOSE] }) };
    expect(report([round])).toMatchObject({ isMore: true, drift: [{ isHealed: false }] });
  });

  it("puts right two things with one rewrite", () => {
    const wide: Drift = { reason: "too-wide", rule: tcp("10.0.0.0/8", 443), id: "sgr-0" };
    const change: SecurityGroupChange = {
      kind: "rewrite",
      id: "sgr-0",
      from: wide.rule,
      rule: BUNNY,
      reason: "missing",
      waitsFor: [],
    };
    const round = { plan: planOf({ drift: [MISSING, wide] }), applied: appliedOf({ done: [change] }) };
    expect(report([round])).toMatchObject({ healedCount: 2, opened: 1, closed: 1 });
  });

  it.each([
    [true, false],
    [false, true],
  ])("says of a failure that may be tried again (%s) whether it is lasting", (retryable, isLasting) => {
    const error = new CloudError({
      provider: "aws",
      operation: "AuthorizeSecurityGroupIngress",
      target: "sg-0a",
      code: "SomeCode",
      retryable,
    });
    const round = { plan: planOf(), applied: appliedOf({ failed: [{ change: OPEN, error }] }) };
    expect(report([round]).failures).toMatchObject([
      { change: { kind: "open" }, code: "SomeCode", isLasting },
    ]);
  });

  it("says what would be done where nothing may be written, and for which of its reasons first", () => {
    const withheld = { because: "first-met", changes: [OPEN] } as const;
    expect(
      report([{ plan: planOf({ withheld }), applied: null }], { withheldFor: "frozen" }).withheld,
    ).toMatchObject({ because: "first-met", count: 1 });
    expect(
      report([{ plan: planOf({ changes: [OPEN] }), applied: null }], { withheldFor: "plan-only" }).withheld,
    ).toMatchObject({ because: "plan-only", count: 1 });
  });

  it("tells of a group that is not there, of one that is full, and of what must stay open for that", () => {
    const told = (change: Partial<SecurityGroupPlan>, left: SecurityGroupChange[] = []) =>
      report([{ plan: planOf(change), applied: appliedOf({ left }) }]).troubles;
    expect(told({ refused: { reason: "no-such-group" } })).toEqual([{ kind: "no-such-group", rules: [] }]);
    const rules = (...all: Rule[]) => all;
    expect(
      told({ refused: { reason: "group-full", notOpened: rules(BUNNY), notClosed: rules(BAD) } }),
    ).toEqual([
      { kind: "group-full", rules: ["in tcp 443 10.10.1.0/24"] },
      { kind: "cannot-close", rules: ["in tcp 22 0.0.0.0/0"] },
    ]);
    expect(told({}, [CLOSE])).toEqual([{ kind: "cannot-close", rules: ["in tcp 22 0.0.0.0/0"] }]);
  });

  it("tells of a needless rule that somebody else has added as of every other, and of one of ours as nobody's", () => {
    const redundant = { reason: "redundant", rule: BAD, id: "sgr-1" } as const;
    const certaintyOf = (drift: Drift) =>
      report([{ plan: planOf({ drift: [drift] }), applied: null }], { changes: [seenOf("e1", "bob", [22])] })
        .drift[0]?.certainty;
    expect(certaintyOf({ ...redundant, isByOthers: true })).toBe("named");
    expect(certaintyOf(redundant)).toBe("link");
  });

  it("tells of exceptions that others keep open, and of rules that cannot be read", () => {
    const plan = planOf({ openByOthers: [BAD], unreadable: ["sgr-0a"] });
    expect(report([{ plan, applied: null }]).troubles).toEqual([
      { kind: "open-by-others", rules: ["in tcp 22 0.0.0.0/0"] },
      { kind: "unreadable-rule", rules: ["sgr-0a"] },
    ]);
  });

  it("tells what awaits consent, and when to look next", () => {
    const told = report([
      { plan: planOf({ awaitingConsent: [BAD], nextAt: AT + 60 }), applied: appliedOf() },
    ]);
    expect(told).toMatchObject({
      awaitingConsent: ["in tcp 22 0.0.0.0/0"],
      awaitingCount: 1,
      nextAt: AT + 60,
    });
  });
});
