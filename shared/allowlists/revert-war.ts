/**
 * When the same rule has to be put right again and again, somebody, or something, works against the link. Pure:
 * healing goes on whatever is found here, and what is remembered is bounded.
 */
import * as z from "zod";
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { Actor } from "./actor.ts";

export const Heal = z.strictObject({
  /** The same when the same heal is told again. */
  id: z.string().min(1).max(200),
  /** By the link's name. */
  group: z.string().min(1).max(200),
  /** What was put right: the same text for the same rule. */
  rule: z.string().min(1).max(500),
  at: z.int().nonnegative(),
  actor: Actor,
});
export type Heal = z.infer<typeof Heal>;

export interface RevertWar {
  readonly group: string;
  readonly rule: string;
  /** Heals within the hour, oldest first. */
  readonly heals: readonly Heal[];
  /** Who it is put right against, the most frequent first; it may have several, and some unknown. */
  readonly actors: readonly Actor[];
}

export const WAR_SECONDS = 3_600;
export const WAR_HEALS = 3;

/**
 * The wars that are on: rules that were put right three times within the hour that ends now. A heal that the other
 * half's clock dates a little later than now counts all the same.
 */
export function findRevertWars(heals: readonly Heal[], now: Instant): RevertWar[] {
  return byRule(heals, now)
    .filter((same) => same.length >= WAR_HEALS)
    .flatMap((same) => same.slice(0, 1).map(({ group, rule }) => ({ group, rule, heals: same })))
    .map((war) => ({ ...war, actors: byFrequency(war.heals) }))
    .toSorted((one, other) => compareText(one.group, other.group) || compareText(one.rule, other.rule));
}

/** An item of the table holds 400 KB (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html). */
export const HEALS_MAX = 200;

/**
 * What is to be remembered after some more heals. Past the bound, the rules that were put right least often go first,
 * so that nobody ends a war by opening many rules beside it.
 */
export function rememberHeals(
  remembered: readonly Heal[],
  fresh: readonly Heal[],
  now: Instant,
  max = HEALS_MAX,
): Heal[] {
  const kept = byRule([...remembered, ...fresh], now)
    // Three of a rule are a war as much as thirty.
    .map((same) => same.slice(-WAR_HEALS))
    .toSorted(
      (one, other) => other.length - one.length || lastAt(other) - lastAt(one) || compareFirst(one, other),
    );
  const heals: Heal[] = [];
  for (const same of kept) if (heals.length + same.length <= max) heals.push(...same);
  return heals.toSorted(byTime);
}

/** Of the last hour, each once; of each rule oldest first. */
function byRule(heals: readonly Heal[], now: Instant): Heal[][] {
  const recent = heals.filter(({ at }) => at >= now - WAR_SECONDS).toSorted(byTime);
  const once = new Map(recent.map((heal) => [heal.id, heal]));
  const rules = Map.groupBy([...once.values()].toSorted(byTime), ({ group, rule }) =>
    JSON.stringify([group, rule]),
  );
  return [...rules.values()];
}

const byTime = (one: Heal, other: Heal): number => one.at - other.at || compareText(one.id, other.id);
const lastAt = (heals: readonly Heal[]): Instant => heals.at(-1)?.at ?? 0;
const compareFirst = ([one]: readonly Heal[], [other]: readonly Heal[]): number =>
  compareText(one?.id ?? "", other?.id ?? "");

function byFrequency(heals: readonly Heal[]): Actor[] {
  const actors = Map.groupBy(heals, ({ actor }) => actor.key ?? "");
  return [...actors.entries()]
    .toSorted(([one, a], [other, b]) => b.length - a.length || compareText(one, other))
    .flatMap(([, same]) => same.slice(-1).map(({ actor }) => actor));
}
