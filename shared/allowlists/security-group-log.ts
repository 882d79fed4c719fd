/** One line for each phase and group: what was decided and why, and what became of it. */
import type { Log } from "../runtime/log.ts";
import type { Applied } from "./apply-security-group.ts";
import { ruleKey } from "./rule-key.ts";
import type { SecurityGroupChange, SecurityGroupPlan } from "./security-group.ts";

/** A line has so many changes, and says how many there are. */
const LISTED_MAX = 20;

/** A group in order, about which there is nothing to say, says nothing. */
export function logPlanned(
  { log }: { readonly log: Log },
  group: string,
  { changes, withheld, awaitingConsent, drift, refused, nextAt }: SecurityGroupPlan,
  withheldFor: string | null,
): void {
  const wished = withheld?.changes ?? changes;
  if (wished.length + drift.length + awaitingConsent.length === 0 && refused === null) return;
  log.info("allowlist.planned", {
    group,
    changes: wished.slice(0, LISTED_MAX).map(words),
    count: wished.length,
    drift: drift.length,
    withheld: withheld?.because ?? withheldFor,
    awaitingConsent: awaitingConsent.slice(0, LISTED_MAX).map(ruleKey),
    refused: refused?.reason ?? null,
    nextAt,
  });
}

export function logApplied({ log }: { readonly log: Log }, group: string, applied: Applied): void {
  const { done, needless, failed, left, postponed, isOutdated } = applied;
  if (done.length + needless.size + failed.length + left.length + postponed.length === 0) return;
  log[failed.length === 0 ? "info" : "error"]("allowlist.applied", {
    group,
    done: done.length,
    needless: needless.size,
    left: left.length,
    postponed: postponed.length,
    isOutdated,
    failed: failed
      .slice(0, LISTED_MAX)
      .map(({ change, error: { operation, code } }) => ({ change: words(change), operation, code })),
    failedCount: failed.length,
  });
}

const words = (change: SecurityGroupChange): string =>
  `${change.kind} ${ruleKey(change.rule)}: ${change.reason}`;
