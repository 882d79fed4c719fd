import { describe, expect, it } from "vitest";
import { Metrics } from "./metrics.ts";

const state = { namespace: "AWS/VPN", name: "TunnelState", dimensions: { TunnelIpAddress: "198.51.100.10" } };
const minute = { fromMs: 60_000, toMs: 120_000 };

describe("Metrics", () => {
  it("makes each statistic of the values within a period, its begin included and its end not", () => {
    const metrics = new Metrics();
    for (const [atMs, value] of [
      [59_999, 9],
      [60_000, 0],
      [90_000, 1],
      [119_999, 2],
      [120_000, 9],
    ] as const)
      metrics.put(state, { atMs, value });
    const of = (statistic: "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum") =>
      metrics.statistic(state, statistic, minute);
    expect([of("Average"), of("Maximum"), of("Minimum"), of("SampleCount"), of("Sum")]).toEqual([
      1, 2, 0, 3, 3,
    ]);
  });

  it("has nothing, and not zero, where nothing was put", () => {
    expect(new Metrics().statistic(state, "Sum", minute)).toBeUndefined();
  });

  it("keeps a series for each exact set of dimensions, in whatever order they are named", () => {
    const metrics = new Metrics();
    metrics.put({ ...state, dimensions: { A: "1", B: "2" } }, { atMs: 60_000, value: 1 });
    const of = (dimensions: Record<string, string>) =>
      metrics.statistic({ ...state, dimensions }, "Sum", minute);
    expect([of({ B: "2", A: "1" }), of({ A: "1" }), of({})]).toEqual([1, undefined, undefined]);
  });
});
