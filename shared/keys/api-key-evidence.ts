/**
 * What relay's log proves of an API key, as far as the link wants it proven: that every replica accepts it, that bunny
 * uses it, that nobody needs it any more. Pure. One thing must stay true: what the log does not show is not shown, and
 * a log that has only just come back shows nothing yet.
 */
import type { Instant } from "../runtime/instant.ts";
import type {
  ApiKeyMemory,
  DesiredApiKey,
  KeyId,
  KeyLog,
  ObservedApiKey,
  Sighting,
  VaultKey,
} from "./api-key-schema.ts";

export type EvidenceWait =
  /** The plan needs relay's log, and it was not searched yet. */
  | "log-not-searched"
  | "log-unreadable"
  /** It was silent for a while: some replica may not have spoken yet. */
  | "log-unsteady"
  | "no-replica-heard"
  | "replicas-behind"
  /** A replica that has not spoken yet has had no time to load it. */
  | "settling"
  | "time-not-passed"
  | "awaiting-use"
  | "grace"
  /** bunny has not changed over everywhere. */
  | "still-used"
  /** Nobody has used what the vault has, or bunny was silent: whether it has changed over cannot be told. */
  | "bunny-not-heard";

export interface Missing {
  readonly reason: EvidenceWait;
  /** When it may be there by itself; null when that cannot be told. */
  readonly until: Instant | null;
  /** Those that have not loaded it, in order. */
  readonly replicas: readonly string[];
}

export interface Evidence {
  readonly desired: DesiredApiKey;
  readonly vault: VaultKey | null;
  readonly log: ObservedApiKey["log"];
  readonly memory: ApiKeyMemory;
  readonly now: Instant;
}

/**
 * relay's replicas look each minute, and a read may be of some seconds ago: by then one that was never heard has loaded
 * what was labelled. The grace says how slow a link is, so it takes no more than a part of that.
 */
const SETTLE_MAX_SECONDS = 90;
const SETTLE_PARTS = 4;
const settleSeconds = ({ graceSeconds }: DesiredApiKey): number =>
  Math.min(SETTLE_MAX_SECONDS, Math.floor(graceSeconds / SETTLE_PARTS));

/** Each replica speaks every minute. A gap in what all of them say is one of the log: what is missing may come yet. */
const HEARD_GAP_SECONDS = 120;

const SEARCHED_MAX_SECONDS = 3_600;
/** How far back the log is searched for uses: a key without any, while bunny is heard, is in nobody's hands. */
export const usesSearchedSeconds = ({ graceSeconds }: Pick<DesiredApiKey, "graceSeconds">): number =>
  Math.min(SEARCHED_MAX_SECONDS, graceSeconds);

/** Of that time bunny was heard in most, and never silent for longer than such a part. */
const HEARD_PART = 0.75;
const SILENT_PART = 0.5;

/** Null when every replica accepts the key, which has had its label for so long. */
export function missingLoad(evidence: Evidence, keyId: KeyId, labelled: Sighting | null): Missing | null {
  const { desired, now } = evidence;
  const since = labelled?.since ?? now;
  if (desired.proof !== "observed") return missingTime(desired.proof, since, now);
  const settledAt = since + settleSeconds(desired);
  if (now < settledAt) return missing("settling", settledAt);
  const log = readLog(evidence);
  if ("reason" in log) return log;
  const behind = log.replicas.filter(({ keyIds }) => !keyIds.includes(keyId));
  if (behind.length > 0) return missing("replicas-behind", null, behind.map(nameOf).toSorted());
  return missingSteadiness(evidence, log);
}

/** Null when bunny uses the key that its vault has. */
export function missingUse(evidence: Evidence): Missing | null {
  const { desired, memory, now } = evidence;
  const since = memory.vault?.since ?? now;
  if (desired.proof !== "observed") return missingTime(desired.proof, since, now);
  if (isVaultUsed(evidence)) return null;
  if (typeof evidence.log === "string") return unsearched(evidence.log);
  const deadline = since + desired.provenWithinSeconds;
  return missing("awaiting-use", now < deadline ? deadline : null);
}

/**
 * Null when nobody needs the key any more: bunny's vault has had another one since, which was used, its grace is over,
 * and bunny is heard steadily, with whatever key, and never with this one.
 */
export function missingRelease(evidence: Evidence, keyId: KeyId, since: Instant): Missing | null {
  const { desired, now } = evidence;
  const graceEnd = since + desired.graceSeconds;
  if (now < graceEnd) return missing("grace", graceEnd);
  if (desired.proof !== "observed") return null;
  const log = readLog(evidence);
  if ("reason" in log) return log;
  const unsteady = missingSteadiness(evidence, log);
  if (unsteady !== null) return unsteady;
  if (log.used.some((use) => use.keyId === keyId)) return missing("still-used", null);
  return isVaultUsed(evidence) && isHeard(evidence, log) ? null : missing("bunny-not-heard", null);
}

const isVaultUsed = ({ memory, vault }: Evidence): boolean =>
  vault !== null && memory.used?.id === vault.version;

/** Whoever still has the old key would have been heard with it, as the link was up, and its pods ran. */
function isHeard({ desired, now }: Evidence, log: KeyLog): boolean {
  const searched = usesSearchedSeconds(desired);
  const times = log.heard.flatMap(({ identity, at }) => (desired.callers.includes(identity) ? at : []));
  const since = steadySince(times, now, searched * SILENT_PART);
  return since !== null && since <= now - searched * HEARD_PART;
}

function missingTime(proof: Exclude<DesiredApiKey["proof"], "observed">, since: Instant, now: Instant) {
  const passedAt = since + proof.after;
  return now >= passedAt ? null : missing("time-not-passed", passedAt);
}

function readLog(evidence: Evidence): KeyLog | Missing {
  const { log } = evidence;
  if (typeof log === "string") return unsearched(log);
  const isSilent = log.replicas.length === 0 || heardSince(evidence, log) === null;
  return isSilent ? missing("no-replica-heard", null) : log;
}

const unsearched = (log: "not-searched" | "unreadable"): Missing =>
  missing(log === "unreadable" ? "log-unreadable" : "log-not-searched", null);

/** Since when replicas have been heard without a gap; null when none is. */
const heardSince = ({ now }: Evidence, { heardAt }: KeyLog): Instant | null =>
  steadySince(heardAt, now, HEARD_GAP_SECONDS);

/** Up to now: a gap at the end is one too. */
function steadySince(times: readonly Instant[], now: Instant, gapSeconds: number): Instant | null {
  let since: Instant | null = null;
  for (const at of times.toSorted((one, other) => other - one)) {
    if ((since ?? now) - at > gapSeconds) break;
    since = at;
  }
  return since;
}

function missingSteadiness(evidence: Evidence, log: KeyLog): Missing | null {
  const { desired, now } = evidence;
  const steadyAt = (heardSince(evidence, log) ?? now) + settleSeconds(desired);
  return now < steadyAt ? missing("log-unsteady", steadyAt) : null;
}

const nameOf = ({ replica }: { readonly replica: string }): string => replica;

const missing = (reason: EvidenceWait, until: Instant | null, replicas: readonly string[] = []): Missing => ({
  reason,
  until,
  replicas,
});
