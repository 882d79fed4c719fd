import { describe, expect, it } from "vitest";
import { ConditionSchema } from "../alerts/condition.ts";
import type { ReportDraft } from "./report-draft.ts";
import { standingConditions } from "./standing-conditions.ts";
import { closeOf, driftOf, openTo, report, seenOf, textOf } from "./test-reports.ts";

const told = (changes: Partial<ReportDraft>) =>
  standingConditions(report(changes)).map((condition) => ConditionSchema.parse(condition));
const facts = (changes: Partial<ReportDraft>) =>
  Object.fromEntries(told(changes).flatMap((one) => one.facts.map(({ label, value }) => [label, value])));

const found = driftOf(22, "one", { isHealed: false });
const seen = [seenOf("one", "alice", [22])];
const withheld = (because: "report-mode" | "first-met" | "frozen" | "plan-only", drift = [found]) => ({
  drift,
  done: [],
  seen,
  withheld: { because, changes: drift.map(closeOf) },
});

describe("standingConditions", () => {
  it("says nothing of a group that is as it should be, or was put right", () => {
    expect(told({})).toEqual([]);
    expect(told({ drift: [driftOf(22, "one")], seen })).toEqual([]);
  });

  it("tells in report mode what differs, who did it and what would be done", () => {
    expect(told(withheld("report-mode"))).toMatchObject([
      { key: "allowlist:relay:report", severity: "warning", runbook: "allowlist-in-report-mode" },
    ]);
    expect(facts(withheld("report-mode"))).toMatchObject({
      Found: `open: ${textOf(22)}`,
      Who: "user alice",
      "Would be done": `close ${textOf(22)}`,
    });
    expect(told(withheld("report-mode", []))).toEqual([]);
  });

  it("tells how to accept a group that is met for the first time, as a notice when nothing differs", () => {
    const [condition] = told(withheld("first-met"));
    expect(condition).toMatchObject({ key: "allowlist:relay:report", severity: "warning" });
    expect(facts(withheld("first-met"))["To accept"]).toBe("npm run warrener -- accept relay");
    expect(told(withheld("first-met", []))).toMatchObject([
      { severity: "notice", runbook: "allowlist-not-accepted" },
    ]);
    expect(facts(withheld("first-met", []))["Would be done"]).toBe("nothing");
  });

  it("tells what is found while the link is frozen, and nothing of a mere plan", () => {
    expect(told(withheld("frozen"))).toMatchObject([
      { key: "allowlist:relay:frozen", severity: "warning", runbook: "allowlist-frozen" },
    ]);
    expect(told(withheld("plan-only"))).toEqual([]);
  });

  it("tells what waits for consent, with the number of it and how to give it", () => {
    const awaitingConsent = Array.from({ length: 60 }, (_, index) => openTo(index + 1));
    expect(told({ awaitingConsent })).toMatchObject([
      {
        key: "allowlist:relay:consent",
        severity: "warning",
        title: "relay: the link wants 60 rules less, and waits for consent to close",
      },
    ]);
    expect(facts({ awaitingConsent })["Stays open"]).toMatch(/; 55 more$/);
    expect(facts({ awaitingConsent })["To accept"]).toBe("npm run warrener -- accept relay");
  });

  it.each([
    ["no-such-group", "missing-group"],
    ["group-full", "full"],
    ["blocked", "blocked"],
    ["cannot-close", "open"],
    ["not-expressible", "not-expressible"],
    ["open-by-others", "open-by-others"],
    ["unreadable-rule", "unreadable"],
    ["prefix-list-changed", "prefix-list"],
  ] as const)("is critical for %s", (kind, what) => {
    const rules = [textOf(443)];
    expect(told({ troubles: [{ kind, rules }] })).toMatchObject([
      { key: `allowlist:relay:${what}`, severity: "critical", facts: [{ value: textOf(443) }] },
    ]);
  });

  it("is critical for a write that only a person can mend, and warns of one that is tried again", () => {
    const failure = (isLasting: boolean, code: string) => ({ change: closeOf(found), code, isLasting });
    const once = failure(false, "RequestLimitExceeded");
    const lasting = failure(true, "RulesPerSecurityGroupLimitExceeded");
    expect(told({ failures: [once] })).toMatchObject([
      { key: "allowlist:relay:failed", severity: "warning" },
    ]);
    expect(told({ failures: [once, lasting] })).toMatchObject([{ severity: "critical" }]);
    expect(facts({ failures: [once, lasting] })).toEqual({
      Codes: "RequestLimitExceeded; RulesPerSecurityGroupLimitExceeded",
      "Not done": `close ${textOf(22)}; close ${textOf(22)}`,
    });
  });
});
