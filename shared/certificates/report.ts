/** Tells what became of each certificate, and whether a person should look. */
import type { Untold } from "../journal/tell.ts";
import { finishRun } from "../reconcile/finish-run.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Brain } from "./brain.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { Proof } from "./proof.ts";
import type { CertificateVersion } from "./schema.ts";

export type Outcome = { readonly certificate: string } & (
  | {
      readonly outcome: "settled";
      /** "unknown": relay's log could not be searched, which proves nothing either way. */
      readonly proof: Proof | "unknown";
      readonly nextAt: Instant;
      readonly changes: readonly string[];
    }
  | {
      readonly outcome: "postponed";
      /** Left to the next run, for want of time, or because a cloud would take no more calls for as long. */
      readonly reason: "no-time-left" | "throttled";
      /** It has gone on for so long that a person should look. */
      readonly late: boolean;
      readonly changes: readonly string[];
    }
  | {
      /** Left to the next run: the CA has not signed it yet. */
      readonly outcome: "signing";
      /** It has gone on for so long that a person should look. */
      readonly late: boolean;
      readonly changes: readonly string[];
    }
  | { readonly outcome: "unsettled"; readonly changes: readonly string[] }
  /** What would be changed waits for a thaw. */
  | { readonly outcome: "frozen"; readonly change: string; readonly changes: readonly string[] }
  | { readonly outcome: "refused"; readonly reason: string; readonly detail: string }
  | {
      readonly outcome: "failed";
      readonly code: string;
      readonly operation: string;
      readonly retryable: boolean;
    }
);

/** Not an outcome yet: nothing is left to change, and whether the certificate is used is still to be seen. */
export interface Unproven {
  readonly outcome: "unproven";
  readonly desired: DesiredCertificate;
  readonly current: CertificateVersion | null;
  readonly nextAt: Instant;
  readonly changes: readonly string[];
}

export interface RunReport {
  readonly outcomes: readonly Outcome[];
  /** Changes that the link's bus was not told of; null when it was told of all. */
  readonly untold: Untold | null;
  /** One short sentence for each certificate that a person should look at. */
  readonly trouble: readonly string[];
}

export function reportRun(
  brain: Brain,
  outcomes: readonly Outcome[],
  startedAt: Instant,
  untold: Untold | null = null,
  unrevoked: readonly string[] = [],
): RunReport {
  for (const outcome of outcomes) {
    const level = troubleOf(outcome) === null ? "info" : "error";
    brain.log[level](`certificate.${outcome.outcome}`, { ...outcome });
  }
  const trouble = [...outcomes.map(troubleOf), ...unrevoked, untoldTrouble(untold)].filter(
    (sentence) => sentence !== null,
  );
  const counts = { certificates: outcomes.length };
  return { outcomes, untold, trouble: finishRun(brain, { startedAt, counts, trouble }) };
}

/** What was changed stands in the table: only who listens on the bus has not heard of it. */
const untoldTrouble = (untold: Untold | null): string | null =>
  untold?.late === true ? `changes since ${untold.oldestAt} were not told on the bus: ${untold.code}` : null;

const POSTPONED = {
  "no-time-left": "no time was left for it",
  throttled: "a cloud throttled it for as long as there was time",
} as const;

/** Work left to the next run is trouble only once it is late; everything else unfinished is. */
function troubleOf(outcome: Outcome): string | null {
  const { certificate } = outcome;
  switch (outcome.outcome) {
    case "postponed":
      return outcome.late ? `${certificate}: postponed, and late: ${POSTPONED[outcome.reason]}` : null;
    case "signing":
      return outcome.late ? `${certificate}: the CA has still not signed it` : null;
    case "settled":
      if (outcome.proof === "overdue") return `${certificate}: its new certificate was not seen in use`;
      return outcome.proof === "unknown" ? `${certificate}: relay's log could not be searched` : null;
    case "refused":
      return `${certificate}: refused, ${outcome.reason}`;
    case "failed":
      return `${certificate}: ${outcome.operation} failed, ${outcome.code}`;
    case "frozen":
      return null;
    case "unsettled":
      return `${certificate}: still changing after ${outcome.changes.length} changes`;
  }
}
