import { describe, expect, it } from "vitest";
import { GroupReport, TOLD_CHANGES_MAX, TOLD_MAX } from "./group-report.ts";
import { fitted } from "./report-draft.ts";
import { AT, closeOf, driftOf, openTo, report, seenOf, textOf } from "./test-reports.ts";

const ports = Array.from({ length: 200 }, (_, index) => index + 1);
const many = () => {
  const drift = ports.map((port) => driftOf(port, `c${port}`));
  return report({
    drift,
    failures: drift.map((one) => ({ change: closeOf(one), code: "Unavailable", isLasting: false })),
    troubles: [{ kind: "blocked", rules: ports.map(textOf) }],
    awaitingConsent: ports.map(openTo),
    withheld: { because: "frozen", changes: drift.map(closeOf) },
    seen: ports.map((port) => seenOf(`c${port}`, "alice", ports)),
  });
};

describe("reportOf", () => {
  it("counts everything, and lists what can be told", () => {
    const { drift, seen, done, troubles, withheld, ...counts } = many();
    expect(counts).toMatchObject({ driftCount: 200, healedCount: 200, opened: 0, closed: 200 });
    expect(counts).toMatchObject({ awaitingCount: 200, failureCount: 200 });
    expect([drift, done, troubles[0]?.rules, withheld?.changes].map((list) => list?.length)).toEqual([
      TOLD_MAX,
      TOLD_MAX,
      TOLD_MAX,
      TOLD_MAX,
    ]);
    expect(withheld?.count).toBe(200);
    expect(seen).toHaveLength(TOLD_CHANGES_MAX);
  });

  it("says of a change that was cut that it is not complete", () => {
    expect(many().seen[0]).toMatchObject({ isComplete: false });
    expect(report({ seen: [seenOf("one", "alice", [22])] }).seen[0]).toMatchObject({
      isComplete: true,
      added: [textOf(22)],
    });
  });

  it("lists first what somebody did", () => {
    const link = ports.map((port) => driftOf(port, null, { certainty: "link", reason: "no-longer-wanted" }));
    const { drift } = report({ drift: [...link, driftOf(443, null)] });
    expect(drift[0]?.rule).toBe(textOf(443));
  });

  it("takes a rewrite for one opened and one closed", () => {
    const done = [{ kind: "rewrite" as const, rule: textOf(443), reason: "missing" }];
    expect(report({ done })).toMatchObject({ opened: 1, closed: 1 });
  });

  it("has another id for whatever else it says", () => {
    const ids = [report(), report({ at: AT + 1 }), report({ drift: [driftOf(22, null)] }), many()];
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
    expect(report().id).toBe(report().id);
  });

  it("joins troubles of a kind", () => {
    const troubles = [textOf(1), textOf(2), textOf(1)].map((rule) => ({
      kind: "blocked" as const,
      rules: [rule],
    }));
    expect(report({ troubles }).troubles).toEqual([{ kind: "blocked", rules: [textOf(1), textOf(2)] }]);
  });
});

describe("fitted", () => {
  it("leaves alone what fits", () => {
    const one = report({ drift: [driftOf(22, null)] });
    expect(fitted(one, 8_000)).toBe(one);
  });

  it.each([8_000, 3_000, 1_500])(
    "shortens its lists to %i characters, and keeps its numbers and its id",
    (max) => {
      const whole = many();
      const short = fitted(whole, max);
      expect(JSON.stringify(short).length).toBeLessThanOrEqual(max);
      expect(GroupReport.parse(short)).toEqual(short);
      const numbers = ({ id, driftCount, healedCount, closed, awaitingCount, failureCount }: GroupReport) => [
        id,
        driftCount,
        healedCount,
        closed,
        awaitingCount,
        failureCount,
      ];
      expect(numbers(short)).toEqual(numbers(whole));
    },
  );
});
