/**
 * Reads relay's log in CloudWatch for what its replicas have loaded. Each says so every minute and at each change, so
 * whoever has not been heard for five minutes is no replica any more. What a line must carry is in docs/workloads.md.
 */
import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod";
import type { Clock } from "../runtime/instant.ts";
import { type LogsClient, parseLine, searchLog } from "./aws-log-search.ts";
import { type ReplicaReport, type Replicas, unreadableReport } from "./replicas.ts";
import { Serial } from "./schema.ts";

export const HEARD_WITHIN_SECONDS = 300;

const EVENT = "relay.loaded";
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
export const LOADED_PATTERN = `{ $.event = "${EVENT}" || $.log_processed.event = "${EVENT}" }`;

const Loaded = z.object({
  event: z.literal(EVENT),
  replica: z.string().min(1),
  serverCertificateSerials: z.array(Serial),
});
/** Container Insights moves a JSON line to `log_processed`; other agents leave it where it is. */
const Line = z.union([z.object({ log_processed: Loaded }).transform((line) => line.log_processed), Loaded]);

export interface RelayLogGroup {
  readonly client: LogsClient;
  readonly group: string;
  readonly clock: Clock;
}

export function relayReplicas({ client, group, clock }: RelayLogGroup): Replicas {
  return {
    async read(goOn) {
      const since = clock() - HEARD_WITHIN_SECONDS;
      const found: FilteredLogEvent[] = [];
      for await (const events of searchLog({ client, group, since, pattern: LOADED_PATTERN }, goOn))
        found.push(...events);
      return latestReports(found, group);
    },
  };
}

/** The latest word of each replica, by name. Throws `CloudError` for a line that cannot be read. */
export function latestReports(events: readonly FilteredLogEvent[], group: string): ReplicaReport[] {
  const latest = new Map<string, ReplicaReport & { readonly atMs: number }>();
  for (const event of events) {
    const report = toReport(event, group);
    const before = latest.get(report.replica);
    if (before === undefined || report.atMs >= before.atMs) latest.set(report.replica, report);
  }
  return [...latest.values()]
    .map(({ replica, at, serials }) => ({ replica, at, serials }))
    .toSorted((one, other) => (one.replica < other.replica ? -1 : 1));
}

function toReport({ timestamp, message }: FilteredLogEvent, group: string) {
  const line = Line.safeParse(parseLine(message));
  if (timestamp === undefined || !line.success) throw unreadableReport(group);
  const { replica, serverCertificateSerials: serials } = line.data;
  return { replica, serials, at: Math.floor(timestamp / 1000), atMs: timestamp };
}
