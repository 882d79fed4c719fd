import middy from "@middy/core";
import { describe, expect, it } from "vitest";
import { heartbeat } from "../../../shared/runtime/heartbeat.ts";
import { extractMetrics } from "./embedded-metrics.ts";
import { startCloudWatch, startMs } from "./test-alarms.ts";

const directive = { Namespace: "App", Dimensions: [["Function"]], Metrics: [{ Name: "Succeeded" }] };
const line = (changes: object = {}, directives: object[] = [directive]) =>
  JSON.stringify({
    _aws: { Timestamp: startMs, CloudWatchMetrics: directives },
    Function: "watch",
    Succeeded: 1,
    ...changes,
  });
const one = {
  metric: { namespace: "App", name: "Succeeded", dimensions: { Function: "watch" } },
  datapoint: { atMs: startMs, value: 1 },
};

describe("extractMetrics", () => {
  it("finds the values of a line that is one object with the metadata", () => {
    expect(extractMetrics(line())).toEqual({ values: [one] });
    expect(
      extractMetrics(line({ Succeeded: [1, 2] })).values.map(({ datapoint }) => datapoint.value),
    ).toEqual([1, 2]);
  });

  it("makes one series for each set of dimensions, and none of a metric that has no value", () => {
    const two = {
      ...directive,
      Dimensions: [["Function"], []],
      Metrics: [{ Name: "Succeeded" }, { Name: "Other" }],
    };
    expect(extractMetrics(line({}, [two])).values.map(({ metric }) => metric.dimensions)).toEqual([
      { Function: "watch" },
      {},
    ]);
  });

  it.each([
    ["text around it", `INFO ${line()}`],
    [
      "a record of Lambda's console, which wraps it",
      JSON.stringify({ level: "INFO", message: JSON.parse(line()) }),
    ],
    ["a record with the line as its text", JSON.stringify({ level: "INFO", message: line() })],
    ["another object", '{"event":"run.finished"}'],
    ["no JSON", "{"],
  ])("finds nothing in %s", (_what, text) => {
    expect(extractMetrics(text)).toEqual({ values: [] });
  });

  it.each([
    ["no timestamp", { _aws: { CloudWatchMetrics: [directive] } }],
    ["a timestamp that is no number", { _aws: { Timestamp: "now", CloudWatchMetrics: [directive] } }],
    ["no value for a dimension", { Function: undefined }],
    ["a dimension that is no text", { Function: 1 }],
    ["a metric that is no number", { Succeeded: "1" }],
  ])("refuses a line with %s, and says why", (_what, changes) => {
    expect(extractMetrics(line(changes))).toEqual({ values: [], refused: expect.any(String) });
  });
});

describe("readLogLine", () => {
  it("has the heartbeat of a function in the metric that its alarm looks at", async () => {
    const { cloudWatch } = startCloudWatch();
    const write = (text: string) => cloudWatch.readLogLine(text.trimEnd());
    const handler = middy<unknown, unknown>()
      .use(heartbeat({ clockMs: () => startMs - 500, write }))
      .handler(async () => ({}));
    await handler({}, { functionName: "app-watch" } as never);
    const metric = { namespace: "Warrener", name: "Succeeded", dimensions: { Function: "app-watch" } };
    const beat = cloudWatch.metrics.statistic(metric, "Sum", { fromMs: startMs - 500, toMs: startMs });
    expect(beat).toBe(1);
    expect(cloudWatch.refusedLines()).toEqual([]);
  });
});
