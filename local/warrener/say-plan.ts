/** What the next run does with one certificate, in sentences. */
import { formatDuration } from "../../shared/link/duration.ts";
import { type Line, toLines } from "./line.ts";
import type { Planned, PlannedChange, PlannedOrNot } from "./plan-answer.ts";
import { type Moment, sayInstantAndDistance } from "./times.ts";
import { sayDropReason, sayPromotion, sayRefusal, sayRequestReason, sayWaits } from "./words.ts";

export interface PlanContext extends Moment {
  readonly checkEverySeconds: number;
}

export function sayPlan(planned: readonly PlannedOrNot[], context: PlanContext): Line[] {
  return toLines(planned.map((one) => `${one.certificate}: ${sayNext(one, context)}`));
}

/** For a sentence of its own; it starts in lower case. */
export function sayNext(one: PlannedOrNot, context: PlanContext): string {
  switch (one.outcome) {
    case "failed":
      return `it could not be read: ${one.operation} failed with ${one.code}. ${one.retryable ? "The next run tries again." : "A person should look."}`;
    case "refused":
      return `nothing can be done: ${one.reason}, ${one.detail}.`;
    case "unknown-certificate":
      return "the deployed function does not look after it: was it deployed from this link?";
    case "planned":
      return [sayOwn(one, context), ...sayStaged(one, context)].join(" ");
  }
}

const nextRun = ({ checkEverySeconds }: PlanContext): string =>
  `the next run, within ${formatDuration(checkEverySeconds)},`;

function sayOwn({ change, refusal, waits, nextAt, orphans }: Planned, context: PlanContext): string {
  if (refusal !== null)
    return `nothing is requested, because ${sayRefusal(refusal.reason)}. A person must act.`;
  if (waits !== null) {
    const until = `, at the latest until ${sayInstantAndDistance(nextAt, context)}`;
    return `a person asked for another one, which waits until ${sayWaits(waits)}${until}.`;
  }
  if (change === null) return `no change is due before ${sayInstantAndDistance(nextAt, context)}.`;
  const serials = orphans.map(({ serial }) => serial).join(", ");
  const revoked = serials === "" ? "" : ` It has ${serials} revoked, which was issued and never merged.`;
  return `${nextRun(context)} ${sayChangePlanned(change)}.${revoked}`;
}

function sayChangePlanned(change: PlannedChange): string {
  switch (change.kind) {
    case "request":
      return `requests a new certificate, has it signed and merges it: ${sayRequestReason(change.reason)}`;
    case "drop-request":
      return `drops the request that waits in the vault: ${[...change.reasons.map(sayDropReason), ...change.details].join("; ")}`;
    case "sign-and-merge":
      return sayGoingOn(change.intent);
  }
}

type GoingOn = Extract<PlannedChange, { kind: "sign-and-merge" }>["intent"];

function sayGoingOn({ kind, certificateArn }: GoingOn): string {
  if (kind === "new") return "has the request signed that waits in the vault, and merges it";
  return certificateArn === undefined
    ? "goes on with a signature that an earlier run asked for, and merges it"
    : "merges the certificate that was issued already";
}

/** relay's new certificate waits beside the one that it serves until it may take its place. */
function sayStaged({ promotion }: Planned, context: PlanContext): string[] {
  if (promotion === null || promotion.kind === "in-step") return [];
  const why = sayPromotion(promotion.reason ?? "");
  const behind = promotion.behind ?? [];
  const whose = behind.length === 0 ? "" : ` (behind: ${behind.join(", ")})`;
  return promotion.kind === "promote"
    ? [`The staged one: ${nextRun(context)} has relay serve it, because ${why}.`]
    : [`The staged one waits: ${why}${whose}.`];
}
