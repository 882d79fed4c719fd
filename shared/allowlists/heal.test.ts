import { describe, expect, it } from "vitest";
import type { GroupReport } from "./group-report.ts";
import type { ReportDraft } from "./report-draft.ts";
import { closedFor, report, seenOf } from "./test-reports.ts";
import { startRuns } from "./test-runs.ts";

const SEEN = seenOf("e-1", "mallory", [22, 23]);
const failed = (code: string): Pick<ReportDraft, "failures"> => ({
  failures: [
    { change: { kind: "close", rule: "in tcp 24 0.0.0.0/0", reason: "unwanted" }, code, isLasting: false },
  ],
});

/** What the hand says of `nodes`, one report an answer; after that, that its group cannot be read. */
function start(reports: readonly GroupReport[]) {
  const model = startRuns();
  const left = [...reports];
  const problem = { code: "unreachable", operation: "GET", retryable: true };
  model.hand.heal = () => ({ outcome: "healed", groups: [left.shift() ?? { group: "nodes", problem }] });
  return model;
}

/** A port of `nodes` that is closed in one answer. */
const closed = (port: number, more: Partial<ReportDraft> = {}) =>
  closedFor(port, SEEN, { group: "nodes", ...more });

describe("healAllowlists of a group that the hand puts right in several answers", () => {
  it("has no trouble when the last answer leaves nothing, and tells what was done in each", async () => {
    const reports = [closed(22, { isMore: true, ...failed("RetryableError") }), closed(23)];
    const model = start(reports);
    expect(await model.invoke({})).toMatchObject({ healed: { nodes: { closed: 2 } }, trouble: [] });
    expect(model.calls.count("audit.record")).toBe(2);
    expect(model.memory.stands.known).toEqual(reports.map(({ id }) => id));
    expect(await model.told()).toEqual([
      expect.stringMatching(/^allowlist:healed:\w+ warning open: .*nodes/),
    ]);
  });

  it("is red for what the last answer leaves, and for nothing that an earlier one left", async () => {
    const model = start([
      closed(22, { isMore: true, ...failed("Throttled") }),
      closed(23, { isMore: true }),
      report({ group: "nodes", ...failed("RetryableError") }),
    ]);
    const { trouble } = await model.invoke({});
    expect(trouble).toEqual(["nodes: not all could be put right: RetryableError"]);
  });

  it("is red for what was left when the group could not be looked at again", async () => {
    const { trouble } = await start([closed(22, { isMore: true })]).invoke({});
    expect(trouble).toEqual([
      "nodes could not be looked at: unreachable",
      "nodes: not all could be put right in one run",
    ]);
  });
});
