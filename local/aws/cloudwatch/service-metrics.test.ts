import { describe, expect, it } from "vitest";
import { Metrics } from "./metrics.ts";
import { measureInvocation, sampleQueues, sampleTunnels } from "./service-metrics.ts";

const ever = { fromMs: 0, toMs: 10 };

describe("sampleTunnels", () => {
  it("puts the state of a tunnel under its address alone, and of all under their connection alone", () => {
    const metrics = new Metrics();
    sampleTunnels(() => [
      { vpnId: "vpn-1", outsideIp: "198.51.100.10", up: true },
      { vpnId: "vpn-1", outsideIp: "198.51.100.11", up: false },
    ])(metrics, 5);
    const of = (dimensions: Record<string, string>) =>
      metrics.statistic({ namespace: "AWS/VPN", name: "TunnelState", dimensions }, "Average", ever);
    expect(of({ TunnelIpAddress: "198.51.100.10" })).toBe(1);
    expect(of({ TunnelIpAddress: "198.51.100.11" })).toBe(0);
    expect(of({ VpnId: "vpn-1" })).toBe(0.5);
    expect(of({ VpnId: "vpn-1", TunnelIpAddress: "198.51.100.10" })).toBeUndefined();
  });
});

describe("sampleQueues", () => {
  it("puts how many messages wait, also none", () => {
    const metrics = new Metrics();
    sampleQueues(() => [["dead", 0]])(metrics, 5);
    const metric = {
      namespace: "AWS/SQS",
      name: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: "dead" },
    };
    expect(metrics.statistic(metric, "Maximum", ever)).toBe(0);
  });
});

describe("measureInvocation", () => {
  it("counts each invocation, and as an error only one that failed", () => {
    const metrics = new Metrics();
    measureInvocation(metrics, "watch", { atMs: 1, failed: false });
    measureInvocation(metrics, "watch", { atMs: 2, failed: true });
    const of = (name: string) =>
      metrics.statistic(
        { namespace: "AWS/Lambda", name, dimensions: { FunctionName: "watch" } },
        "Sum",
        ever,
      );
    expect([of("Invocations"), of("Errors")]).toEqual([2, 1]);
  });
});
