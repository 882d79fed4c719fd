/**
 * One change that Warrener made, as it is kept and told: what was before, what is now, why, who, and by which
 * calls of the clouds. A record names keys, requests and tokens by their digests and ids, and never holds one.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { compareText } from "../runtime/compare-text.ts";

/** With milliseconds, so that instants written as text sort as instants. */
const IsoInstant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

const FACT_MAX = 2_048;
const FACTS_MAX = 16;
/** Flat: versions, serials, ends, ids, ARNs and digests. */
export type Facts = Readonly<Record<string, string | number>>;
/** By hand: zod's own records would be another 4 KB to read at every cold start. */
export const Facts = z.custom<Facts>(isFacts, {
  error: `must be at most ${FACTS_MAX} short texts and whole numbers by name`,
});

function isFacts(value: unknown): value is Facts {
  if (typeof value !== "object" || value === null) return false;
  const facts = Object.entries(value);
  return facts.length <= FACTS_MAX && facts.every(([name, fact]) => isName(name) && isFact(fact));
}

const isName = (name: string): boolean => /^[a-z][A-Za-z]{0,39}$/.test(name);
const isFact = (fact: unknown): boolean =>
  Number.isSafeInteger(fact) || (typeof fact === "string" && fact.length <= FACT_MAX);

export const ChangeKind = z.enum([
  "request",
  "drop-request",
  "issue",
  "merge",
  /** A request was dropped while nobody knew whether a certificate had been issued for it. */
  "outcome-unknown",
  /** relay's new server certificate became the one that it serves. */
  "promote",
  "order-revocation",
  /** An order ended without a revocation. */
  "close-revocation",
  /** Somebody else had a certificate signed that bears a name of ours. */
  "unknown-issue",
  "revoke",
  "freeze",
  "thaw",
  /** The hand's own word for a change that it made, or may have made. */
  "hand-note",
  /** Rules of a group were put right, in one run. */
  "heal",
  /** A person lets be done in a group what waited for it. */
  "accept",
  /** A trust bundle came to where relay, or a bunny, loads it from. */
  "publish-trust",
  /** A step of a rotation of a tunnel's pre-shared key, or of bringing its ends back to one key. */
  "pre-shared-key",
  /** A step of a rotation of an API key. */
  "api-key",
  /** A person wants a new certificate or key, by the same plan as on its day. */
  "ask",
]);
export type ChangeKind = z.infer<typeof ChangeKind>;

/** Whose ids a change may carry: the function that made it, and what it called. */
const RequestId = z.string().max(FACT_MAX).optional();
export const RequestIds = z.strictObject({
  lambda: RequestId,
  "acm-pca": RequestId,
  function: RequestId,
  "key-vault": RequestId,
  "secrets-manager": RequestId,
});
export type RequestIds = z.infer<typeof RequestIds>;
/** Given to a call that should say by which ids the clouds know it. */
export type NoteRequestIds = (ids: RequestIds) => void;

const REASONS_MAX = 32;
export const ChangeRecord = z.strictObject({
  /** The same whenever the same change is recorded again: readers tell duplicates by it. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  at: IsoInstant,
  link: z.string(),
  linkDigest: z.string().regex(/^[0-9a-f]{64}$/),
  concern: z.enum(["certificates", "tunnels", "freeze", "allowlists", "keys", "trust"]),
  /** The link's name for it: of a certificate, of a tunnel; the link's own. */
  target: z.string(),
  kind: ChangeKind,
  before: Facts.nullable(),
  after: Facts.nullable(),
  reasons: z.array(z.string().max(FACT_MAX)).max(REASONS_MAX),
  /** The function's name, or the ARN of the person who asked for it. */
  actor: z.string(),
  requestIds: RequestIds,
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;

/** A change as it is made; the audit's adapter stamps it. */
export type NewChange = Omit<ChangeRecord, "at">;

/** `subject` is what tells two changes of one kind to one target apart: a request's id, a digest, a version. */
export const changeId = (link: string, target: string, kind: ChangeKind, subject: string): string =>
  createHash("sha256").update([link, target, kind, subject].join("\n")).digest("hex").slice(0, 32);

/** In the order in which they were made. A change that was recorded twice stands once, as it was recorded first. */
export function inOrder(changes: readonly ChangeRecord[]): ChangeRecord[] {
  const sorted = changes.toSorted((one, other) => compareText(keyOf(one), keyOf(other)));
  const byId = new Map<string, ChangeRecord>();
  for (const change of sorted) if (!byId.has(change.id)) byId.set(change.id, change);
  return [...byId.values()];
}

/** Sorts as the change does in time. */
export const keyOf = ({ at, id }: Pick<ChangeRecord, "at" | "id">): string => `${at}#${id}`;
