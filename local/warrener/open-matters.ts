/** What is open beyond the certificates themselves: outcomes that nobody knows, orders, and changes not told yet. */
import type { Journal } from "../../shared/certificates/journal.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import type { Intent } from "../../shared/certificates/schema.ts";
import type { Audit } from "../../shared/journal/audit.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { type Moment, sayInstant, sayInstantAndDistance } from "./times.ts";

export interface OpenMatters {
  /** Intents of which nobody knows whether a certificate was issued for them, that could still be good. */
  readonly unknown: readonly Intent[];
  /** Not carried out yet. */
  readonly orders: readonly RevocationOrder[];
  readonly untold: { readonly count: number; readonly more: boolean; readonly oldestAt: string | null };
}

/** So many of the latest changes are looked through for outcomes that nobody knows. */
const LOOKED_THROUGH = 1_000;

export async function readOpenMatters(journal: Journal, audit: Audit, now: Instant): Promise<OpenMatters> {
  const [{ revocations }, outbox, history] = await Promise.all([
    journal.readStanding(),
    audit.readOutbox(null),
    audit.history({ target: null, limit: LOOKED_THROUGH }),
  ]);
  const names = history.filter(({ kind }) => kind === "outcome-unknown").map(({ target }) => target);
  const intents = await Promise.all([...new Set(names)].map((name) => journal.readIntents(name)));
  const waiting = [...outbox.changes.map(({ at }) => at), ...outbox.unreadable].toSorted();
  return {
    unknown: intents.flat().filter(({ state, notAfter }) => state === "outcome-unknown" && notAfter > now),
    orders: revocations.filter(({ state }) => state === "ordered"),
    untold: { count: waiting.length, more: outbox.next !== null, oldestAt: waiting[0] ?? null },
  };
}

export function sayUnknown({ createdAt, notAfter, certificateArn }: Intent, moment: Moment): string {
  const known = certificateArn === undefined ? "its serial is not known" : `it is ${certificateArn}`;
  return `A signature was asked for at ${sayInstant(createdAt, moment)}, and nobody knows whether it was given. The key is destroyed; a certificate would end ${sayInstantAndDistance(notAfter, moment)}, and ${known}.`;
}

export function sayOrder({ serial, reason, orderedBy, orderedAt }: RevocationOrder, moment: Moment): string {
  return `${serial} is to be revoked, for ${reason}, as ${orderedBy} ordered at ${sayInstant(orderedAt, moment)}.`;
}

export function sayUntold(
  { count, more, oldestAt }: OpenMatters["untold"],
  { timeZone, now }: Moment,
): string[] {
  if (count === 0 || oldestAt === null) return [];
  const since = sayInstantAndDistance(Math.floor(Date.parse(oldestAt) / 1_000), { timeZone, now });
  return [
    `${more ? "more than " : ""}${count} changes were not told on the bus yet, the oldest of ${since}.`,
  ];
}
