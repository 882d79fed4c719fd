/** One line for each certificate, trouble first, and what else is open. */
import { type OpenMatters, sayOrder, sayUnknown, sayUntold } from "./open-matters.ts";
import type { Planned, PlannedOrNot } from "./plan-answer.ts";
import { type PlanContext, sayNext } from "./say-plan.ts";
import { sayDistance, sayInstantAndDistance } from "./times.ts";
import { sayProof } from "./words.ts";

/** "due" is what the next run changes by itself. */
export type Standing = "trouble" | "due" | "ok";
const ORDER: readonly Standing[] = ["trouble", "due", "ok"];

/** The same that makes a run fail, as far as a plan can tell it. */
export function standingOf(one: PlannedOrNot, now: number): Standing {
  if (one.outcome !== "planned" || one.refusal !== null) return "trouble";
  const { current, proof, change } = one;
  if (proof === "overdue" || proof === "unknown") return "trouble";
  if (current !== null && (current.notAfter <= now || !current.enabled)) return "trouble";
  return change === null ? "ok" : "due";
}

export function sayStatus(
  planned: readonly PlannedOrNot[],
  open: OpenMatters,
  context: PlanContext,
): string[] {
  const lines = planned
    .map((one) => ({ standing: standingOf(one, context.now), one }))
    .toSorted((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || compare(a.one, b.one));
  const width = Math.max(0, ...planned.map(({ certificate }) => certificate.length));
  const rows = lines.map(
    ({ standing, one }) =>
      `${standing.toUpperCase().padEnd(7)}  ${one.certificate.padEnd(width)}  ${sayOne(one, standing, context)}`,
  );
  const orders = open.orders.map((order) => `${order.certificate}: ${sayOrder(order, context)}`);
  const unknown = open.unknown.map((intent) => `${intent.certificate}: ${sayUnknown(intent, context)}`);
  const more = [...orders, ...unknown, ...sayUntold(open.untold, context)];
  return more.length === 0 ? rows : [...rows, "", ...more];
}

function sayOne(one: PlannedOrNot, standing: Standing, context: PlanContext): string {
  if (one.outcome !== "planned") return sayNext(one, context);
  const parts = [sayEnd(one, context), `${sayProof(one.proof)}`];
  // Only trouble and work are worth a sentence here; "explain" has one for everything.
  return standing === "ok"
    ? [...parts, `renewed ${sayDistance(one.nextAt, context.now)}`].join(", ")
    : `${parts.join(", ")}: ${sayNext(one, context)}`;
}

function sayEnd({ current }: Planned, context: PlanContext): string {
  if (current === null) return "there is none yet";
  const ends = current.notAfter <= context.now ? "ended" : "good until";
  return `${current.serial} ${ends} ${sayInstantAndDistance(current.notAfter, context)}`;
}

const compare = (one: PlannedOrNot, other: PlannedOrNot): number =>
  one.certificate < other.certificate ? -1 : one.certificate > other.certificate ? 1 : 0;
