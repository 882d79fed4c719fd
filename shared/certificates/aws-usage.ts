/**
 * Reads relay's log in CloudWatch for the serials that relay accepted. A line counts only when relay itself says
 * `client.accepted`: a refused caller's serial stands in the log too. What a line must carry is in
 * docs/workloads.md; it may be the message itself, or what the node's agent made of it.
 */
import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";
import { type LogsClient, parseLine, searchLog } from "./aws-log-search.ts";
import { Serial } from "./schema.ts";
import type { Usage } from "./usage.ts";

const Accepted = z.object({ event: z.literal("client.accepted"), clientCertificateSerial: Serial });
/** Container Insights moves a JSON line to `log_processed`; other agents leave it where it is. */
const Record = z.union([
  z.object({ log_processed: Accepted }).transform((record) => record.log_processed),
  Accepted,
]);

export function relayLog(client: LogsClient, group: string): Usage {
  return {
    async firstAccepted(serial, since, goOn) {
      // One page of matches decides.
      for await (const events of searchLog({ client, group, since, pattern: usagePattern(serial) }, goOn)) {
        const times = events.flatMap((event) => acceptedAt(event, serial));
        if (times.length > 0) return Math.min(...times);
      }
      return null;
    },
  };
}

/** A pattern compares text, and servers write one serial in several ways: nginx in upper case, in whole bytes. */
export function usagePattern(serial: Serial): string {
  const padded = serial.padStart(serial.length + (serial.length % 2), "0");
  const spellings = new Set([serial, padded, serial.toUpperCase(), padded.toUpperCase()]);
  const fields = ["$.log_processed.clientCertificateSerial", "$.clientCertificateSerial"];
  return `{ ${fields.flatMap((field) => [...spellings].map((text) => `${field} = "${text}"`)).join(" || ")} }`;
}

function acceptedAt({ timestamp, message }: FilteredLogEvent, serial: Serial): Instant[] {
  const parsed = Record.safeParse(parseLine(message));
  if (timestamp === undefined || !parsed.success) return [];
  return parsed.data.clientCertificateSerial === serial ? [Math.floor(timestamp / 1000)] : [];
}
