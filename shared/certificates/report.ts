/** Tells what became of each certificate, and whether a person should look. */
import type { Instant } from "../runtime/instant.ts";
import type { Brain } from "./brain.ts";
import type { CertificatePlan } from "./plan.ts";

export type Outcome = { readonly certificate: string } & (
  | {
      readonly outcome: "settled";
      /** "unknown": relay's log could not be searched, which proves nothing either way. */
      readonly proof: CertificatePlan["proof"] | "unknown";
      readonly nextAt: Instant;
      readonly changes: readonly string[];
    }
  | { readonly outcome: "postponed" | "signing" | "unsettled"; readonly changes: readonly string[] }
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
  brain.log.info("run.finished", { ...counts, durationMs: (brain.clock() - startedAt) * 1000 });
  return { outcomes, trouble };
}

/** Postponed work and a CA that is still signing are the next run's; everything else unfinished is trouble. */
function troubleOf(outcome: Outcome): string | null {
  const { certificate } = outcome;
  switch (outcome.outcome) {
    case "postponed":
    case "signing":
      return null;
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
