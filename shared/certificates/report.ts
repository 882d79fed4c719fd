/** Tells what became of each certificate, and whether a person should look. */
import type { Instant } from "../runtime/instant.ts";
import type { Brain } from "./brain.ts";
import type { Proof } from "./proof.ts";

export type Outcome = { readonly certificate: string } & (
  | {
      readonly outcome: "settled";
      /** "unknown": relay's log could not be searched, which proves nothing either way. */
      readonly proof: Proof | "unknown";
      readonly nextAt: Instant;
      readonly changes: readonly string[];
    }
  | {
      /** Left to the next run, for want of time or because the CA is still signing. */
      readonly outcome: "postponed" | "signing";
      /** It has gone on for so long that a person should look. */
      readonly late: boolean;
      readonly changes: readonly string[];
    }
  | { readonly outcome: "unsettled"; readonly changes: readonly string[] }
  | { readonly outcome: "refused"; readonly reason: string; readonly detail: string }
  | {
      readonly outcome: "failed";
      readonly code: string;
      readonly operation: string;
      readonly retryable: boolean;
    }
);

export interface RunReport {
  readonly outcomes: readonly Outcome[];
  /** One short sentence for each certificate that a person should look at. */
  readonly trouble: readonly string[];
}

export function reportRun(brain: Brain, outcomes: readonly Outcome[], startedAt: Instant): RunReport {
  for (const outcome of outcomes) {
    const level = troubleOf(outcome) === null ? "info" : "error";
    brain.log[level](`certificate.${outcome.outcome}`, { ...outcome });
  }
  const trouble = outcomes.map(troubleOf).filter((sentence) => sentence !== null);
  const counts = { certificates: outcomes.length, trouble: trouble.length };
  brain.log.info("run.finished", { ...counts, durationSeconds: brain.clock() - startedAt });
  return { outcomes, trouble };
}

/** Work left to the next run is trouble only once it is late; everything else unfinished is. */
function troubleOf(outcome: Outcome): string | null {
  const { certificate } = outcome;
  switch (outcome.outcome) {
    case "postponed":
      return outcome.late ? `${certificate}: postponed, and late: no time was left for it` : null;
    case "signing":
      return outcome.late ? `${certificate}: the CA has still not signed it` : null;
    case "settled":
      if (outcome.proof === "overdue") return `${certificate}: its new certificate was not seen in use`;
      return outcome.proof === "unknown" ? `${certificate}: relay's log could not be searched` : null;
    case "refused":
      return `${certificate}: refused, ${outcome.reason}`;
    case "failed":
      return `${certificate}: ${outcome.operation} failed, ${outcome.code}`;
    case "unsettled":
      return `${certificate}: still changing after ${outcome.changes.length} changes`;
  }
}
