/** What is open beyond the certificates themselves: outcomes that nobody knows, orders, and changes not told yet. */
import type { Journal } from "../../shared/certificates/journal.ts";
import type { RevocationOrder } from "../../shared/certificates/revocation-order.ts";
import type { Intent } from "../../shared/certificates/schema.ts";
import type { Audit } from "../../shared/journal/audit.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import { type Moment, sayInstant, sayInstantAndDistance, toInstant } from "./times.ts";

/** With what becomes of it, in words. */
export type OpenOrder = RevocationOrder & { readonly prospect: string };

export interface OpenMatters {
  /** Intents of which nobody knows whether a certificate was issued for them, that could still be good. */
  readonly unknown: readonly Intent[];
  /** Not carried out yet. */
  readonly orders: readonly OpenOrder[];
  /** Not all of what waits to be told was looked through for the first of these. */
  readonly cut: boolean;
  readonly untold: { readonly count: number; readonly more: boolean; readonly oldestAt: string | null };
}

/** So many of the latest changes are looked through for outcomes that nobody knows. */
const LOOKED_THROUGH = 1_000;

type Read = Omit<OpenMatters, "orders"> & { readonly orders: readonly RevocationOrder[] };

export async function readOpenMatters(journal: Journal, audit: Audit, now: Instant): Promise<Read> {
  const [{ revocations }, outbox, history] = await Promise.all([
    journal.readStanding(),
    audit.readOutbox(null),
    audit.history({ target: null, limit: LOOKED_THROUGH }),
  ]);
  const names = history.changes.filter(({ kind }) => kind === "outcome-unknown").map(({ target }) => target);
  const intents = await Promise.all([...new Set(names)].map((name) => journal.readIntents(name)));
  const waiting = [...outbox.changes.map(({ at }) => at), ...outbox.unreadable];
  return {
    unknown: intents.flat().filter(({ state, notAfter }) => state === "outcome-unknown" && notAfter > now),
    cut: history.cut,
    orders: revocations.filter(({ state }) => state === "ordered"),
    untold: { count: waiting.length, more: outbox.next !== null, oldestAt: oldestOf(waiting) },
  };
}

/** Of those that tell their time: what somebody else put there may not. */
const oldestOf = (instants: readonly string[]): string | null =>
  instants.filter((at) => !Number.isNaN(Date.parse(at))).toSorted()[0] ?? null;

export function sayUnknown({ createdAt, notAfter, certificateArn }: Intent, moment: Moment): string {
  const known = certificateArn === undefined ? "its serial is not known" : `it is ${certificateArn}`;
  return `A signature was asked for at ${sayInstant(createdAt, moment)}, and nobody knows whether it was given. Its request is dropped, so nothing uses the key; a certificate would end ${sayInstantAndDistance(notAfter, moment)}, and ${known}.`;
}

export function sayOrder(order: OpenOrder, moment: Moment): string {
  const { serial, reason, orderedBy, orderedAt, prospect } = order;
  return `An order to revoke ${serial} stands, for ${reason}, by ${orderedBy} at ${sayInstant(orderedAt, moment)}. ${prospect}`;
}

export function sayUntold({ count, more, oldestAt }: OpenMatters["untold"], moment: Moment): string[] {
  if (count === 0) return [];
  const one = count === 1 && !more;
  const many = `${more ? "more than " : ""}${count} changes wait`;
  const since = oldestAt === null ? "" : `, since ${sayInstantAndDistance(toInstant(oldestAt), moment)}`;
  return [
    `${one ? "1 change waits" : many} to be told on the bus${since}: the next run tells ${one ? "it" : "them"}.`,
  ];
}
