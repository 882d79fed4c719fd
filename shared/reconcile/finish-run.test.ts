import { describe, expect, it } from "vitest";
import { createLog } from "../runtime/log.ts";
import { finishRun } from "./finish-run.ts";

describe("finishRun", () => {
  it("says how much there was, how much of it is in trouble, and how long it took", () => {
    const records: object[] = [];
    const log = createLog((level, record) => records.push({ level, ...record }));
    const run = { startedAt: 100, counts: { tunnels: 2 }, trouble: ["one", "other", "one"] };
    expect(finishRun({ log, clock: () => 107 }, run)).toEqual(["one", "other"]);
    expect(records).toEqual([
      { level: "info", event: "run.finished", tunnels: 2, trouble: 2, durationSeconds: 7 },
    ]);
  });
});
