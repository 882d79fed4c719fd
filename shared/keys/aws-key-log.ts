/**
 * Reads relay's log in CloudWatch for what its replicas have loaded, and by which keys bunny came. One search answers
 * for all keys of a run. What a line must carry is in docs/workloads.md.
 */
import * as z from "zod";
import { type LogsClient, parseLine, searchLog } from "../certificates/aws-log-search.ts";
import { unreadableReport } from "../certificates/replicas.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import type { KeyLogSearch } from "./api-key-ports.ts";
import { KeyId, type KeyLog, type LoadedKeys } from "./api-key-schema.ts";

/** Each replica speaks every minute: who has not been heard for so long is none any more. */
const HEARD_WITHIN_SECONDS = 300;

const LOADED = "relay.loaded";
const ACCEPTED = "client.accepted";
const PATTERN = `{ ${[LOADED, ACCEPTED]
  .flatMap((event) => [`$.event = "${event}"`, `$.log_processed.event = "${event}"`])
  .join(" || ")} }`;

const Loaded = z.object({
  event: z.literal(LOADED),
  replica: z.string().min(1),
  /** Of a relay that knows of no keys yet, there are none: it has loaded none. */
  apiKeyIds: z.array(KeyId).default([]),
});
const Accepted = z.object({ event: z.literal(ACCEPTED), apiKeyId: KeyId });
const AcceptedCaller = z.object({ event: z.literal(ACCEPTED), identity: z.string().min(1) });
const SaysLoaded = z.object({ event: z.literal(LOADED), replica: z.string().catch("") });
/** Container Insights moves a JSON line to `log_processed`; other agents leave it where it is. */
const Wrapped = z.object({ log_processed: z.looseObject({}) });
/** By the node's agent, which a pod cannot speak for. */
const FromPod = z.object({
  kubernetes: z.object({ pod_name: z.string(), namespace_name: z.string(), container_name: z.string() }),
});

export interface KeyLogGroup {
  readonly client: LogsClient;
  readonly group: string;
  readonly clock: Clock;
  /** Asked before each page. */
  readonly goOn: () => boolean;
  /** The longest time for which uses are searched for any of the keys. */
  readonly usesSecondsMax: number;
}

/** Of one run. A search that fails is not made again for the next key. */
export function keyLogSearch(where: KeyLogGroup): KeyLogSearch {
  let searched: Promise<KeyLog> | null = null;
  return {
    async read(usesSeconds) {
      searched ??= search(where);
      const { used, heard, ...log } = await searched;
      const since = where.clock() - usesSeconds;
      return { ...log, used: lately(used, since), heard: lately(heard, since) };
    },
  };
}

const lately = <T extends { readonly at: readonly Instant[] }>(found: readonly T[], since: Instant): T[] =>
  found
    .map((one) => ({ ...one, at: one.at.filter((time) => time >= since) }))
    .filter(({ at }) => at.length > 0);

interface Word {
  readonly atMs: number;
  /** Null when it cannot be read. */
  readonly loaded: LoadedKeys | null;
  /** Namespace and container of whoever wrote it; null where no agent says so. */
  readonly workload: string | null;
}

async function search({ client, group, clock, goOn, usesSecondsMax }: KeyLogGroup): Promise<KeyLog> {
  const now = clock();
  const heardFrom = now - HEARD_WITHIN_SECONDS;
  const since = Math.min(heardFrom, now - usesSecondsMax);
  const latest = new Map<string, Word>();
  const heardAt: Instant[] = [];
  const used = new Map<string, Instant[]>();
  const heard = new Map<string, Instant[]>();
  for await (const events of searchLog({ client, group, since, pattern: PATTERN }, goOn)) {
    for (const { timestamp, message } of events) {
      // Without a time it may be of now.
      const atMs = timestamp ?? now * 1000;
      const at = Math.floor(atMs / 1000);
      const line = lineOf(message);
      const says = SaysLoaded.safeParse(line).data;
      if (says === undefined) {
        note(used, Accepted.safeParse(line).data?.apiKeyId, at);
        note(heard, AcceptedCaller.safeParse(line).data?.identity, at);
      } else if (at >= heardFrom) {
        const word = { atMs, loaded: loadedIn(line, at), workload: workloadOf(message) };
        if (word.loaded !== null) heardAt.push(at);
        const before = latest.get(says.replica);
        if (before === undefined || atMs >= before.atMs) latest.set(says.replica, word);
      }
    }
  }
  const words = [...latest.values()];
  if (words.some((word) => isDoubtful(word, words))) throw unreadableReport(group);
  return {
    replicas: words
      .flatMap(({ loaded }) => loaded ?? [])
      .toSorted((one, other) => (one.replica < other.replica ? -1 : 1)),
    heardAt,
    used: [...used].map(([keyId, at]) => ({ keyId, at })),
    heard: [...heard].map(([identity, at]) => ({ identity, at })),
  };
}

/** A replica's last word that cannot be read may be of one that is behind; another program's in the same log is not. */
function isDoubtful({ loaded, workload }: Word, words: readonly Word[]): boolean {
  if (loaded !== null) return false;
  const known = words.filter((word) => word.loaded !== null).map((word) => word.workload);
  return workload === null || known.length === 0 || known.includes(workload) || known.includes(null);
}

function lineOf(message: string | undefined): unknown {
  const line = parseLine(message);
  const wrapped = Wrapped.safeParse(line);
  return wrapped.success ? wrapped.data.log_processed : line;
}

function workloadOf(message: string | undefined): string | null {
  const from = FromPod.safeParse(parseLine(message)).data?.kubernetes;
  return from === undefined ? null : `${from.namespace_name}/${from.container_name}`;
}

function loadedIn(line: unknown, at: Instant): LoadedKeys | null {
  const loaded = Loaded.safeParse(line).data;
  return loaded === undefined ? null : { replica: loaded.replica, at, keyIds: loaded.apiKeyIds };
}

/** A caller that was let in without a key of ours says nothing of keys. */
function note(times: Map<string, Instant[]>, id: string | undefined, at: Instant): void {
  if (id !== undefined) times.set(id, [...(times.get(id) ?? []), at]);
}
