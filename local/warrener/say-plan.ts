/** What the next run does with one certificate, in sentences. */
import { formatDuration } from "../../shared/link/duration.ts";
import type { Planned, PlannedChange, PlannedOrNot } from "./plan-answer.ts";
import { type Moment, sayInstantAndDistance } from "./times.ts";
import { sayDropReason, sayPromotion, sayRefusal, sayRequestReason } from "./words.ts";

export interface PlanContext extends Moment {
  readonly checkEverySeconds: number;
}

export function sayPlan(planned: readonly PlannedOrNot[], context: PlanContext): string[] {
  return planned.map((one) => `${one.certificate}: ${sayNext(one, context)}`);
}

/** For a sentence of its own; it starts in lower case. */
export function sayNext(one: PlannedOrNot, context: PlanContext): string {
  switch (one.outcome) {
    case "failed":
      return `it could not be read: ${one.operation} failed with ${one.code}. ${one.retryable ? "The next run tries again." : "A person should look."}`;
    case "refused":
      return `nothing can be done: ${one.reason}, ${one.detail}`;
    case "unknown-certificate":
      return "the deployed function does not look after it: was it deployed from this link?";
    case "planned":
      return [sayOwn(one, context), ...sayStaged(one)].join(" ");
  }
}

function sayOwn({ change, refusal, nextAt }: Planned, context: PlanContext): string {
  const run = `the next run, within ${formatDuration(context.checkEverySeconds)},`;
  if (refusal !== null)
    return `nothing is asked for, because ${sayRefusal(refusal.reason)}. A person must act.`;
  if (change === null) return `nothing to do until ${sayInstantAndDistance(nextAt, context)}.`;
  return `${run} ${sayChangePlanned(change)}.`;
}

function sayChangePlanned(change: PlannedChange): string {
  switch (change.kind) {
    case "request":
      return `asks for a new one and has it signed and merged, because ${sayRequestReason(change.reason)}`;
    case "drop-request":
      return `drops the request that waits in the vault, because ${[...change.reasons.map(sayDropReason), ...change.details].join("; ")}`;
    case "sign-and-merge":
      return sayGoingOn(change.intent);
  }
}

function sayGoingOn({
  kind,
  certificateArn,
}: {
  readonly kind: string;
  readonly certificateArn?: string | undefined;
}) {
  if (kind === "new") return "has the request signed that waits in the vault, and merges it";
  return certificateArn === undefined
    ? "goes on with a signature that an earlier run asked for, and merges it"
    : "merges the certificate that was issued already";
}

function sayStaged({ promotion }: Planned): string[] {
  if (promotion === null || promotion.kind === "in-step") return [];
  const why = sayPromotion(promotion.reason ?? "");
  const behind = promotion.behind ?? [];
  const whose = behind.length === 0 ? "" : ` (${behind.join(", ")})`;
  return promotion.kind === "promote"
    ? [`Then relay serves the staged one, because ${why}.`]
    : [`The staged one waits, because ${why}${whose}.`];
}
