/** What other services of AWS measure by themselves, as far as alarms here look at it. */
import type { Sampler } from "./cloudwatch.ts";
import type { Metrics } from "./metrics.ts";

/** One tunnel as AWS sees it. */
export interface TunnelReading {
  readonly vpnId: string;
  readonly outsideIp: string;
  /** With BGP: its session is established. */
  readonly up: boolean;
}

/**
 * Each minute, one series for the tunnel and one for all of its connection; none for both at once.
 * https://docs.aws.amazon.com/vpn/latest/s2svpn/monitoring-cloudwatch-vpn.html
 */
export const sampleTunnels =
  (tunnelStates: () => Iterable<TunnelReading>): Sampler =>
  (metrics, atMs) => {
    for (const { vpnId, outsideIp, up } of tunnelStates()) {
      for (const dimensions of [{ TunnelIpAddress: outsideIp }, { VpnId: vpnId }]) {
        metrics.put({ namespace: "AWS/VPN", name: "TunnelState", dimensions }, { atMs, value: up ? 1 : 0 });
      }
    }
  };

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const sampleQueues =
  (lengths: () => Iterable<readonly [queueName: string, messages: number]>): Sampler =>
  (metrics, atMs) => {
    for (const [QueueName, value] of lengths()) {
      const metric = {
        namespace: "AWS/SQS",
        name: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName },
      };
      metrics.put(metric, { atMs, value });
    }
  };

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function measureInvocation(
  metrics: Metrics,
  FunctionName: string,
  { atMs, failed }: { readonly atMs: number; readonly failed: boolean },
): void {
  const put = (name: string, value: number) =>
    metrics.put({ namespace: "AWS/Lambda", name, dimensions: { FunctionName } }, { atMs, value });
  put("Invocations", 1);
  put("Errors", failed ? 1 : 0);
}
