import { describe, expect, it } from "vitest";
import { createModel, START } from "../../local/model/brain.ts";
import { type Outcome, reportRun } from "./report.ts";

const certificate = "bunny-client";
const settled = { certificate, outcome: "settled", nextAt: START + 60, changes: [] } as const;

async function report(...outcomes: Outcome[]) {
  const model = await createModel();
  model.clock.advance(3);
  const { trouble } = reportRun(model.brain(), outcomes, START);
  return { trouble, records: model.records };
}

describe("reportRun", () => {
  it.each<[string, Outcome]>([
    ["seen in use", { ...settled, proof: "seen" }],
    ["still to be seen in use", { ...settled, proof: "awaited" }],
    ["left to a person's eye", { ...settled, proof: "manual" }],
    ["that needs no proof", { ...settled, proof: "not-needed" }],
    [
      "that was postponed in time",
      { certificate, outcome: "postponed", reason: "throttled", late: false, changes: [] },
    ],
    ["that is being signed", { certificate, outcome: "signing", late: false, changes: [] }],
  ])("has no trouble with a certificate %s", async (_name, outcome) => {
    const { trouble, records } = await report(outcome);
    expect(trouble).toEqual([]);
    expect(records[0]).toMatchObject({ level: "info", event: `certificate.${outcome.outcome}`, certificate });
  });

  it.each<[Outcome, string]>([
    [{ ...settled, proof: "overdue" }, "its new certificate was not seen in use"],
    [{ ...settled, proof: "unknown" }, "relay's log could not be searched"],
    [
      { certificate, outcome: "postponed", reason: "no-time-left", late: true, changes: [] },
      "postponed, and late: no time was left for it",
    ],
    [
      { certificate, outcome: "postponed", reason: "throttled", late: true, changes: [] },
      "postponed, and late: a cloud throttled it for as long as there was time",
    ],
    [{ certificate, outcome: "signing", late: true, changes: [] }, "the CA has still not signed it"],
    [{ certificate, outcome: "unsettled", changes: ["request"] }, "still changing after 1 changes"],
    [{ certificate, outcome: "refused", reason: "outlives-ca", detail: "{}" }, "refused, outlives-ca"],
    [
      { certificate, outcome: "failed", operation: "PutItem", code: "Throttled", retryable: true },
      "PutItem failed, Throttled",
    ],
  ])("names what became of a certificate that a person should look at: %j", async (outcome, sentence) => {
    const { trouble, records } = await report(outcome);
    expect(trouble).toEqual([`${certificate}: ${sentence}`]);
    expect(records[0]).toMatchObject({
      level: "error",
      event: `certificate.${outcome.outcome}`,
      certificate,
    });
  });

  it("ends with one record of the run", async () => {
    const { records } = await report({ ...settled, proof: "seen" }, { ...settled, proof: "overdue" });
    expect(records.at(-1)).toEqual({
      level: "info",
      event: "run.finished",
      certificates: 2,
      trouble: 1,
      durationSeconds: 3,
    });
  });
});
