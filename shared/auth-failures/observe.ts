/**
 * Reads what is known of the link's own callers, and what may have to do with a failure of theirs. Only when somebody
 * asks: most lines are strangers', and of those the memory alone decides. And not each time: whoever shows any serial
 * asks, and a stranger chooses how often.
 */
import type { FreezeStore } from "../freeze/store.ts";
import type { Audit, HistoryQuery } from "../journal/audit.ts";
import type { ChangeRecord } from "../journal/change.ts";
import type { KeptKey } from "../keys/api-keys-standing.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import type { Facts } from "./cause.ts";
import type { DesiredAuth } from "./desired.ts";
import type { Known, KnownTunnel } from "./known.ts";
import { ISSUES, knownApiKeys, knownCertificates } from "./known-from-history.ts";
import type { AuthEvent } from "./schema.ts";

export interface AuthSources {
  readonly desired: DesiredAuth;
  readonly tunnels: readonly KnownTunnel[];
  readonly audit: Pick<Audit, "history">;
  /** What stands of the API keys, by the link's name of each. */
  readonly keptKeys: () => Promise<ReadonlyMap<string, KeptKey>>;
  readonly freezes: Pick<FreezeStore, "read">;
}

/** Each method throws `CloudError` when the table did not say: what is not known is never taken for absent. */
export interface Observed {
  /** `events`: what is asked about. */
  known(events: readonly AuthEvent[]): Promise<Known>;
  facts(): Promise<Facts>;
}

/** A change an hour ago may be to blame, and the link has not so many in an hour. */
const CHANGES_MAX = 200;
/** Of one certificate: more than there are versions of it that somebody may still come with, each of them twice. */
const VERSIONS_MAX = 32;
/** Of one API key: each version takes a few. */
const STEPS_MAX = 50;
const AT_ONCE_MAX = 4;

/** What is known of the link's own serves for so long. */
const KNOWN_SECONDS = 60;
/** Somebody shows what is not known: it may be of a minute ago. A stranger has it read anew no more often than this. */
const ANEW_SECONDS = 5;

/** Kept from one run to the next. */
export interface KnownOwn {
  /** Not older than that. */
  within(seconds: number): Promise<Known>;
  /** Read anew at once when it is not enough, whenever it was read for any other reason. */
  enough(isEnough: (known: Known) => boolean): Promise<Known>;
}

export function keepKnown(sources: AuthSources, clock: Clock): KnownOwn {
  let kept: { readonly known: Known; readonly at: Instant } | null = null;
  // Only reads for what was not known: bunny may come with what it was given right after any other.
  let anewAt: Instant | null = null;
  const read = async (now: Instant): Promise<Known> => {
    kept = { known: await observeKnown(sources), at: now };
    return kept.known;
  };
  const keptWithin = (seconds: number, now: Instant): Known | null =>
    kept !== null && now - kept.at < seconds ? kept.known : null;
  return {
    async within(seconds) {
      // Before it is read, so that it is never taken for newer than it is.
      const now = clock();
      return keptWithin(seconds, now) ?? (await read(now));
    },
    async enough(isEnough) {
      const now = clock();
      const known = keptWithin(KNOWN_SECONDS, now);
      if (known === null) return await read(now);
      if (isEnough(known) || (anewAt !== null && now - anewAt < ANEW_SECONDS)) return known;
      anewAt = now;
      return await read(now);
    },
  };
}

/** Of one run: the facts are read once, and as they are now. */
export function observeRun(sources: AuthSources, own: KnownOwn): Observed {
  const known = (events: readonly AuthEvent[]) => own.enough((ours) => !events.some(isNew(ours)));
  const facts = once(async () => {
    const [ours, freeze, { changes }] = await Promise.all([
      own.within(ANEW_SECONDS),
      sources.freezes.read(),
      sources.audit.history({ target: null, limit: CHANGES_MAX }),
    ]);
    return { known: ours, changes, frozen: freeze.frozen, wakes: sources.desired.wakes };
  });
  return { known, facts };
}

/** Who is named needs no serial to be known by. */
const isNew =
  ({ certificates, apiKeys }: Known) =>
  ({ identity, serial, apiKeyId }: AuthEvent): boolean =>
    identity === null &&
    ((serial !== null && !certificates.some((one) => one.serial === serial)) ||
      (apiKeyId !== null && !apiKeys.some(({ id }) => id === apiKeyId)));

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () => {
    reading ??= read();
    return reading;
  };
}

async function observeKnown(sources: AuthSources): Promise<Known> {
  const { certificates, apiKeys, callers } = sources.desired;
  const [histories, kept] = await Promise.all([
    readHistories(sources, [
      // Of a renewal that fails there are any number of requests between the merge and now.
      ...certificates.map(({ name }) => ({ target: name, kinds: ISSUES, limit: VERSIONS_MAX })),
      ...apiKeys.map(({ name }) => ({ target: name, kinds: ["api-key"] as const, limit: STEPS_MAX })),
    ]),
    apiKeys.length === 0 ? new Map<string, KeptKey>() : sources.keptKeys(),
  ]);
  const historyOf = (name: string): readonly ChangeRecord[] => histories.get(name) ?? [];
  return {
    certificates: certificates.flatMap((own) => knownCertificates(own, historyOf(own.name))),
    apiKeys: apiKeys.flatMap((own) => knownApiKeys(own, historyOf(own.name), kept.get(own.name))),
    tunnels: sources.tunnels,
    callers,
  };
}

async function readHistories(
  { audit }: AuthSources,
  queries: readonly (HistoryQuery & { target: string })[],
) {
  const histories = new Map<string, readonly ChangeRecord[]>();
  await inParallel(AT_ONCE_MAX, queries, async (query) => {
    const { changes } = await audit.history(query);
    histories.set(query.target, changes);
  });
  return histories;
}
