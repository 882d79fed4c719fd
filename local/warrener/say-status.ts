/** How every certificate, group and key stands, and who is refused; trouble first, and what else is open. */
import { type Line, toLines } from "./line.ts";
import { type OpenMatters, sayOrder, sayUnknown, sayUntold } from "./open-matters.ts";
import type { Planned, PlannedOrNot } from "./plan-answer.ts";
import { type Callers, callersRow } from "./read-callers.ts";
import type { Keys } from "./read-keys.ts";
import { sayGroupStatus } from "./say-group.ts";
import { keyRow, trustRow } from "./say-keys.ts";
import { type PlanContext, sayNext } from "./say-plan.ts";
import type { GroupStanding } from "./stand-group.ts";
import { type Row, type Standing, sayRows } from "./standing.ts";
import { sayDistance, sayInstant } from "./times.ts";
import { type Unanswered, unansweredRow } from "./unanswered.ts";
import { sayProof } from "./words.ts";

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

export interface Stands {
  readonly certificates: readonly PlannedOrNot[];
  readonly groups: readonly GroupStanding[];
  readonly keys: Pick<Keys, "keys" | "trust">;
  readonly callers: Callers["callers"];
  readonly unanswered: readonly Unanswered[];
  readonly open: OpenMatters;
}

export function sayStatus(
  { certificates, groups, keys: { keys, trust }, callers, unanswered, open }: Stands,
  context: PlanContext,
): Line[] {
  const rows = [
    ...certificates.map((one) => rowOf(one, context)),
    ...groups.map((one): Row => {
      const { standing, group } = one;
      return { standing, name: group.name, lines: sayGroupStatus(one, context) };
    }),
    ...keys.map((one) => keyRow(one, context)),
    ...(trust === null ? [] : [trustRow(trust, context)]),
    ...(callers === null ? [] : [callersRow(callers)]),
    ...unanswered.map(unansweredRow),
  ];
  const more = sayOpen(open, context);
  return toLines([...sayRows(rows), ...(more.length === 0 ? [] : ["", ...more])]);
}

function rowOf(one: PlannedOrNot, context: PlanContext): Row {
  const standing = standingOf(one, context.now);
  return { standing, name: one.certificate, lines: sayOne(one, standing, context) };
}

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
