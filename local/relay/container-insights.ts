/**
 * What Fluent Bit, configured as AWS does for Container Insights on EKS, makes of one line of a container's output:
 * the record that its kubernetes filter leaves (`Merge_Log On`, `Merge_Log_Key log_processed`)
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-setup-logs-FluentBit.html).
 */
import * as z from "zod";

/** Where the line came from. */
export interface Pod {
  readonly podName: string;
  readonly namespaceName: string;
  readonly podId: string;
  readonly host: string;
  readonly containerName: string;
  readonly containerImage: string;
  readonly containerHash: string;
  readonly dockerId: string;
  readonly labels: Readonly<Record<string, string>>;
}

const JsonObject = z.record(z.string(), z.json());

/** The message of one log event. `log_processed` is there only when the line is a JSON object. */
export function containerInsightsRecord(line: string, pod: Pod, atMs: number): string {
  const processed = jsonObject(line);
  return JSON.stringify({
    // The container runtime writes nanoseconds; this clock has milliseconds.
    time: new Date(atMs).toISOString().replace("Z", "000000Z"),
    stream: "stdout",
    _p: "F",
    log: line,
    ...(processed === undefined ? {} : { log_processed: processed }),
    kubernetes: {
      pod_name: pod.podName,
      namespace_name: pod.namespaceName,
      pod_id: pod.podId,
      labels: pod.labels,
      host: pod.host,
      container_name: pod.containerName,
      docker_id: pod.dockerId,
      container_hash: pod.containerHash,
      container_image: pod.containerImage,
    },
  });
}

function jsonObject(line: string): z.infer<typeof JsonObject> | undefined {
  try {
    return JsonObject.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
