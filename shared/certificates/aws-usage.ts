/**
 * Reads relay's log in CloudWatch for the serials that relay accepted. A line counts only when relay itself says
 * `client.accepted`: a refused caller's serial stands in the log too. What a line must carry is in
 * docs/workloads.md; it may be the message itself, or what the node's agent made of it.
 */
import {
  type CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod";
import { cloudError } from "../runtime/aws.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { Serial } from "./schema.ts";
import type { Usage } from "./usage.ts";

/** One page of matches decides; empty pages with a token are how CloudWatch searches a long time range. */
const PAGES_MAX = 50;

const Accepted = z.object({ event: z.literal("client.accepted"), clientCertificateSerial: Serial });
/** Container Insights moves a JSON line to `log_processed`; other agents leave it where it is. */
const Record = z.union([
  z.object({ log_processed: Accepted }).transform((record) => record.log_processed),
  Accepted,
]);

export function relayLog(client: CloudWatchLogsClient, group: string): Usage {
  return {
    async firstAccepted(serial, since, goOn) {
      let nextToken: string | undefined;
      for (let page = 0; page < PAGES_MAX && goOn(); page += 1) {
        const answer = await filter(client, group, serial, since, nextToken);
        const times = (answer.events ?? []).flatMap((event) => acceptedAt(event, serial));
        if (times.length > 0) return Math.min(...times);
        nextToken = answer.nextToken;
        if (nextToken === undefined) return null;
      }
      throw new CloudError({
        provider: "aws",
        operation: "FilterLogEvents",
        target: group,
        code: "search-unfinished",
        retryable: true,
      });
    },
  };
}

async function filter(
  client: CloudWatchLogsClient,
  group: string,
  serial: Serial,
  since: Instant,
  nextToken?: string,
) {
  const command = new FilterLogEventsCommand({
    logGroupName: group,
    startTime: since * 1000,
    filterPattern: patternOf(serial),
    ...(nextToken === undefined ? {} : { nextToken }),
  });
  try {
    return await client.send(command);
  } catch (error) {
    throw cloudError("FilterLogEvents", group, error);
  }
}

/** A pattern compares text, and servers write one serial in several ways: nginx in upper case, in whole bytes. */
function patternOf(serial: Serial): string {
  const padded = serial.padStart(serial.length + (serial.length % 2), "0");
  const spellings = new Set([serial, padded, serial.toUpperCase(), padded.toUpperCase()]);
  const fields = ["$.log_processed.clientCertificateSerial", "$.clientCertificateSerial"];
  return `{ ${fields.flatMap((field) => [...spellings].map((text) => `${field} = "${text}"`)).join(" || ")} }`;
}

function acceptedAt(event: FilteredLogEvent, serial: Serial): Instant[] {
  if (event.timestamp === undefined || event.message === undefined) return [];
  const parsed = Record.safeParse(parseJson(event.message));
  return parsed.success && parsed.data.clientCertificateSerial === serial
    ? [Math.floor(event.timestamp / 1000)]
    : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
