/**
 * Which change came just before a failure. Pure, and of the journal alone: a log line names nothing here. The words are
 * ours; of a record only our own names, serials and versions are taken.
 */

import { type ChangeKind, type ChangeRecord, inOrder } from "../journal/change.ts";
import { formatDuration } from "../link/duration.ts";
import { type Instant, toIso } from "../runtime/instant.ts";
import type { FailureClass } from "./schema.ts";

/** A certificate reaches a pod minutes after its merge, and a connection lives on past a change. */
const SUSPECT_SECONDS = 3_600;
/** A key is asked for with the next call, or as a tunnel comes up. */
const KEY_SUSPECT_SECONDS = 900;
/** A change is recorded after its effect. */
const RECORDED_LATE_SECONDS = 60;

const CERTIFICATE: readonly ChangeKind[] = ["merge", "promote", "publish-trust"];
const API_KEY: readonly ChangeKind[] = ["api-key"];
const TUNNEL: readonly ChangeKind[] = ["pre-shared-key"];

const SUSPECTS: Record<FailureClass, readonly ChangeKind[]> = {
  "no-certificate": ["merge"],
  expired: ["merge"],
  "not-yet-valid": ["merge"],
  "unknown-ca": CERTIFICATE,
  revoked: ["revoke", "order-revocation", "publish-trust"],
  "wrong-purpose": ["merge"],
  "wrong-key-version": API_KEY,
  "bad-api-key": API_KEY,
  "forbidden-scope": [...API_KEY, "merge"],
  "ike-authentication": TUNNEL,
  "pre-shared-key-mismatch": TUNNEL,
  "waf-block": [],
  unknown: [...CERTIFICATE, ...API_KEY],
};

/** Of the whole link, whatever it is about. */
const ANY_TARGET: readonly ChangeKind[] = ["publish-trust"];

export interface Suspect {
  readonly kind: ChangeKind;
  /** "serial 2b was merged 4 minutes before, at 2026-11-21T08:00:00Z" */
  readonly text: string;
}

/** The last one that may have to do with it; null when the journal knows none. */
export function findSuspect(
  { failure, targets, at }: { failure: FailureClass; targets: readonly string[]; at: Instant },
  changes: readonly ChangeRecord[],
): Suspect | null {
  const kinds = SUSPECTS[failure];
  const last = inOrder(changes)
    .map((change) => ({ change, changedAt: Math.floor(Date.parse(change.at) / 1_000) }))
    .filter(({ change }) => kinds.includes(change.kind))
    .filter(({ change }) => ANY_TARGET.includes(change.kind) || targets.includes(change.target))
    .findLast(
      ({ change, changedAt }) => changedAt > at - reachOf(change) && changedAt <= at + RECORDED_LATE_SECONDS,
    );
  if (last === undefined) return null;
  const { change, changedAt } = last;
  return { kind: change.kind, text: wordsOf(change, changedAt, at) };
}

const reachOf = ({ kind }: ChangeRecord): number =>
  kind === "api-key" || kind === "pre-shared-key" ? KEY_SUSPECT_SECONDS : SUSPECT_SECONDS;

/**
 * Has an end of the tunnel been given a key, and nothing that ends such a step been done since? Only of that does the
 * record name the end (keys/pre-shared-record.ts).
 */
export function isKeyUnderWay(tunnel: string, changes: readonly ChangeRecord[]): boolean {
  const last = inOrder(changes).findLast((one) => one.kind === "pre-shared-key" && one.target === tunnel);
  return last?.after?.["end"] !== undefined;
}

const wordsOf = (change: ChangeRecord, changedAt: Instant, at: Instant): string =>
  `${whatOf(change)} ${agoOf(at - changedAt)}, at ${toIso(changedAt)}`;

function agoOf(seconds: number): string {
  if (seconds <= 0) return "at that moment";
  return `${formatDuration(seconds < 60 ? seconds : seconds - (seconds % 60))} before`;
}

/** A hand's or a person's words are not repeated: of facts only what has its own form. */
function whatOf({ kind, target, before, after }: ChangeRecord): string {
  const serial = formed(after?.["serial"] ?? before?.["serial"], /^[0-9a-f]{1,40}$/);
  switch (kind) {
    case "merge":
      return `${serial === null ? "a certificate" : `serial ${serial}`} was merged into ${target}`;
    case "promote":
      return `relay's server certificate became ${serial === null ? "another" : `serial ${serial}`}`;
    case "publish-trust":
      return `the trust bundle of ${target} changed${versionOf(after?.["version"])}`;
    case "revoke":
      return `${serial === null ? `a certificate of ${target}` : `serial ${serial}`} was revoked`;
    case "order-revocation":
      return `the revocation of ${serial === null ? `a certificate of ${target}` : `serial ${serial}`} was ordered`;
    case "api-key":
      return `a step of the rotation of ${target} was done${stepOf(after?.["step"])}`;
    case "pre-shared-key":
      return `a step of the rotation of ${target}'s pre-shared key was done`;
    case "request":
    case "drop-request":
    case "issue":
    case "outcome-unknown":
    case "close-revocation":
    case "unknown-issue":
    case "freeze":
    case "thaw":
    case "hand-note":
    case "heal":
    case "accept":
    case "ask":
      return `${target} was changed`;
  }
}

const formed = (fact: unknown, form: RegExp): string | null =>
  typeof fact === "string" && form.test(fact) ? fact : null;

function versionOf(fact: unknown): string {
  const version = formed(fact, /^\d{1,10}-[0-9a-f]{16}$/);
  return version === null ? "" : ` to version ${version}`;
}

function stepOf(fact: unknown): string {
  const step = formed(fact, /^[a-z-]{1,30}$/);
  return step === null ? "" : ` (${step})`;
}
