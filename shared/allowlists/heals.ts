/** Which rules were put right, for finding revert wars (revert-war.ts). Pure. */
import { createHash } from "node:crypto";
import type { Instant } from "../runtime/instant.ts";
import { UNKNOWN_ACTOR } from "./actor.ts";
import { type GroupReport, TOLD_MAX, type ToldDrift } from "./group-report.ts";
import { putRight } from "./healed.ts";
import { type Healed, type HealedHit, isNamed } from "./healed-hit.ts";
import { type Heal, rememberHeals } from "./revert-war.ts";
import { TOGETHER_SECONDS } from "./together.ts";

/** In place of the rules of a flood that no report lists: a flood after a flood is a war as well. */
export const FLOOD = `more than ${TOLD_MAX} rules at once`;

/** `healed`: by what was heard since, who made what was put right. */
export function takeHeals(
  standing: readonly Heal[],
  reports: readonly GroupReport[],
  healed: readonly Healed[],
  now: Instant,
): Heal[] {
  const fresh = reports.flatMap(healsOf);
  const hits = healed.flatMap((one) => one.hits);
  const groups = Map.groupBy(hits, ({ group }) => group);
  const heals = [...standing, ...fresh].map((heal) => named(heal, groups.get(heal.group) ?? []));
  return rememberHeals([], onceEach(heals), now);
}

function healsOf(report: GroupReport): Heal[] {
  const { id, group, at, healedCount } = report;
  const heals = putRight(report).map((drift) => healOf(report, drift));
  if (healedCount <= TOLD_MAX || heals.length === 0) return heals;
  const actors = new Map(heals.map(({ actor }) => [actor.key, actor]));
  const [only] = actors.size === 1 ? [...actors.values()] : [];
  return [
    ...heals,
    { id: digestOf([group, FLOOD, id]), group, rule: FLOOD, at, actor: only ?? UNKNOWN_ACTOR },
  ];
}

function healOf({ id, group, at, seen }: GroupReport, { rule, change, certainty }: ToldDrift): Heal {
  const made = certainty === "unknown" ? undefined : seen.find((one) => one.id === change);
  const actor = made?.actor ?? UNKNOWN_ACTOR;
  return { id: digestOf([group, rule, made?.id ?? id]), group, rule, at, actor };
}

/**
 * Looks that meet find the same: what nobody known did within a minute of another heal of the same rule counts for
 * that one.
 */
function onceEach(heals: readonly Heal[]): Heal[] {
  const rules = Map.groupBy(heals, ({ group, rule }) => JSON.stringify([group, rule]));
  return [...rules.values()].flatMap((same) => {
    const kept: Heal[] = [];
    for (const heal of same.toSorted(knownFirst)) {
      const isNear = kept.some(({ at }) => Math.abs(at - heal.at) < TOGETHER_SECONDS);
      if (heal.actor.key !== null || !isNear) kept.push(heal);
    }
    return kept;
  });
}

const knownFirst = (one: Heal, other: Heal): number =>
  Number(one.actor.key === null) - Number(other.actor.key === null) ||
  one.at - other.at ||
  (one.id < other.id ? -1 : 1);

/** `hits`: of the heal's group. Whoever is named by now comes before whoever was likely. */
function named(heal: Heal, hits: readonly HealedHit[]): Heal {
  const known = hits.filter(
    ({ at, actor, rules }) =>
      actor.key !== null && at === heal.at && rules.some(({ rule }) => rule === heal.rule),
  );
  const hit = known.find(isNamed) ?? (heal.actor.key === null ? known[0] : undefined);
  return hit === undefined ? heal : { ...heal, actor: hit.actor };
}

const digestOf = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
