/** How every certificate stands, trouble first, and what else is open. */
import { type Line, toLines } from "./line.ts";
import { type OpenMatters, sayOrder, sayUnknown, sayUntold } from "./open-matters.ts";
import type { Planned, PlannedOrNot } from "./plan-answer.ts";
import { type PlanContext, sayNext } from "./say-plan.ts";
import { sayDistance, sayInstant } from "./times.ts";
import { sayProof } from "./words.ts";

/** "due" is what the next run changes by itself. */
export type Standing = "trouble" | "due" | "ok";
const ORDER: readonly Standing[] = ["trouble", "due", "ok"];

/** The same that makes a run fail, as far as a plan can tell it. */
export function standingOf(one: PlannedOrNot, now: number): Standing {
  if (one.outcome !== "planned" || one.refusal !== null) return "trouble";
  const { current, served, proof, change } = one;
  if (proof === "overdue" || proof === "unknown") return "trouble";
  const isOver = (version: Planned["current"]) =>
    version !== null && (version.notAfter <= now || !version.enabled);
  if (isOver(current) || isOver(served)) return "trouble";
  return change === null ? "ok" : "due";
}

export function sayStatus(planned: readonly PlannedOrNot[], open: OpenMatters, context: PlanContext): Line[] {
  const certificates = planned
    .map((one) => ({ standing: standingOf(one, context.now), one }))
    .toSorted((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || compare(a.one, b.one));
  const width = Math.max(0, ...planned.map(({ certificate }) => certificate.length));
  const rows = certificates.flatMap(({ standing, one }) => {
    const start = `${standing.toUpperCase().padEnd(STANDING_WIDTH)}  ${one.certificate.padEnd(width)}  `;
    const [first = "", ...more] = sayOne(one, standing, context);
    return [`${start}${first}`, ...more.map((line) => `${" ".repeat(start.length)}${line}`)];
  });
  const more = sayOpen(open, context);
  return toLines([...rows, ...(more.length === 0 ? [] : ["", ...more])]);
}

const STANDING_WIDTH = 7;

/** A line, and another for what is in trouble or has work to come. */
function sayOne(one: PlannedOrNot, standing: Standing, context: PlanContext): string[] {
  if (one.outcome !== "planned") return [sayNext(one, context)];
  const facts = [sayEnd(one, context), ...(one.current === null ? [] : [sayProof(one.proof)])];
  const renewal = one.nextAt > context.now ? [`renewal ${sayDistance(one.nextAt, context.now)}`] : [];
  const staged = one.promotion !== null && one.promotion.kind !== "in-step";
  return standing === "ok" && !staged
    ? [[...facts, ...renewal].join("; ")]
    : [facts.join("; "), sayNext(one, context)];
}

function sayEnd({ current }: Planned, { now, ...context }: PlanContext): string {
  if (current === null) return "there is none yet";
  const { serial, enabled, notAfter } = current;
  const ends = notAfter <= now ? "ended" : "ends";
  const disabled = enabled ? "" : ", disabled by somebody";
  return `${ends} ${sayDistance(notAfter, now)}, ${sayInstant(notAfter, { now, ...context })}; serial ${serial}${disabled}`;
}

function sayOpen({ orders, unknown, untold }: OpenMatters, context: PlanContext): string[] {
  return [
    ...orders.map((order) => `${order.certificate}: ${sayOrder(order, context)}`),
    ...unknown.map((intent) => `${intent.certificate}: ${sayUnknown(intent, context)}`),
    ...sayUntold(untold, context),
  ];
}

const compare = (one: PlannedOrNot, other: PlannedOrNot): number =>
  one.certificate < other.certificate ? -1 : one.certificate > other.certificate ? 1 : 0;
