/**
 * Reads relay's log in CloudWatch for which trust bundle each replica runs: relay's own say so each minute, and those
 * of a bunny with their requests. What a line must carry is in docs/workloads.md.
 *
 * One thing must stay true: who says nothing of a bundle is heard as one that has loaded none.
 */
import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import * as z from "zod";
import { type LogsClient, parseLine, searchLog } from "../certificates/aws-log-search.ts";
import { unreadableReport } from "../certificates/replicas.ts";
import { Serial } from "../certificates/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import { UNNAMED } from "./state.ts";
import type { HeardWord } from "./words.ts";

const LOADED = "relay.loaded";
const ACCEPTED = "client.accepted";
const PATTERN = `{ ${[LOADED, ACCEPTED]
  .flatMap((event) => [`$.event = "${event}"`, `$.log_processed.event = "${event}"`])
  .join(" || ")} }`;

/** What somebody says of itself is of no use when it is none of this, and keeps nobody else from being heard. */
const Said = z.string().regex(/^[\w.:-]{1,128}$/);
const NOT_SAID = "none";

const Loaded = z.object({
  event: z.literal(LOADED),
  replica: Said.catch(UNNAMED),
  trustBundleVersion: Said.catch(NOT_SAID),
  serverCertificateSerials: z.array(Serial).default([]),
});
const Accepted = z.object({
  event: z.literal(ACCEPTED),
  identity: z.string(),
  clientReplica: Said.catch(UNNAMED),
  clientTrustBundleVersion: Said.catch(NOT_SAID),
});
const Report = z.discriminatedUnion("event", [Loaded, Accepted]);
/** Container Insights moves a JSON line to `log_processed`; other agents leave it where it is. */
const Line = z.union([z.object({ log_processed: Report }).transform((line) => line.log_processed), Report]);

export interface TrustLog {
  readonly client: LogsClient;
  readonly group: string;
  /** relay's name among the parties. */
  readonly relay: string;
  /** The bunny that has this name in one of its certificates; null when none has. */
  readonly bunnyOf: (identity: string) => string | null;
}

export interface WordsLog {
  /**
   * Those since then and before `until`, or all since then, in no order. Throws `CloudError`: with `UNFINISHED` when
   * the search did not come to its end.
   */
  read(since: Instant, until: Instant | undefined, goOn: () => boolean): Promise<readonly HeardWord[]>;
}

export function trustLog(log: TrustLog): WordsLog {
  const { client, group } = log;
  return {
    async read(since, until, goOn) {
      const words: HeardWord[] = [];
      for await (const events of searchLog({ client, group, since, until, pattern: PATTERN }, goOn))
        words.push(...events.flatMap((event) => toWord(log, event)));
      return words;
    },
  };
}

function toWord({ group, relay, bunnyOf }: TrustLog, { timestamp, message }: FilteredLogEvent): HeardWord[] {
  const line = Line.safeParse(parseLine(message));
  // It says that it is one of these, and is none: a replica may be behind it that has loaded nothing.
  if (timestamp === undefined || !line.success) throw unreadableReport(group);
  const said = { at: Math.floor(timestamp / 1000), ms: timestamp % 1000 };
  if (line.data.event === LOADED) {
    const { replica, trustBundleVersion: version, serverCertificateSerials: serials } = line.data;
    return [{ party: relay, replica, version, ...said, serials }];
  }
  const party = bunnyOf(line.data.identity);
  if (party === null) return [];
  const { clientReplica: replica, clientTrustBundleVersion: version } = line.data;
  return [{ party, replica, version, ...said, serials: [] }];
}
