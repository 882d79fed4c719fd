import { describe, expect, it } from "vitest";
import type { ReportDraft } from "../../shared/allowlists/report-draft.ts";
import { NOT_LOOKED_AFTER, standGroup } from "./stand-group.ts";
import type { Standing } from "./standing.ts";
import { CLOSE, DRIFT, GROUP, planOf, report, ruleOf, stands } from "./test-groups.ts";

const withheld = (because: "report-mode" | "first-met" | "frozen" | "plan-only", changes = [CLOSE]) => ({
  withheld: { because, changes },
});

describe("standGroup", () => {
  it.each<[string, Partial<ReportDraft>, Standing]>([
    ["one in order", {}, "ok"],
    ["one in order in report mode", withheld("report-mode", []), "ok"],
    ["one in order while the link is frozen", withheld("frozen", []), "ok"],
    ["what the next run puts right", { drift: [DRIFT], ...withheld("plan-only") }, "due"],
    ["what the first run after a thaw puts right", { drift: [DRIFT], ...withheld("frozen") }, "due"],
    ["what comes in a further run", { isMore: true }, "due"],
    ["one that is met for the first time", withheld("first-met", []), "waits"],
    ["what is told and not touched", { drift: [DRIFT], ...withheld("report-mode") }, "waits"],
    ["a link that wants less", { awaitingConsent: [ruleOf(8_443)] }, "waits"],
    ["a group that is not there", { troubles: [{ kind: "no-such-group", rules: [] }] }, "trouble"],
    [
      "trouble in a group that waits too",
      { troubles: [{ kind: "group-full", rules: [] }], ...withheld("first-met") },
      "trouble",
    ],
    [
      "a change that failed",
      { failures: [{ change: CLOSE, code: "UnauthorizedOperation", isLasting: true }] },
      "trouble",
    ],
  ])("tells of %s", (_case, changes, standing) => {
    expect(stands(report(changes)).standing).toBe(standing);
  });

  it("is trouble when the group could not be read, or nobody looks after it", () => {
    expect(stands({ code: "unreachable" })).toMatchObject({ standing: "trouble", code: "unreachable" });
    const other = report({ group: "other" });
    expect(standGroup(GROUP, planOf(other))).toMatchObject({ standing: "trouble", code: NOT_LOOKED_AFTER });
  });
});
