/**
 * Somebody, or something, opens or closes the same rules again and again. Healing goes on; a person must end it. One
 * incident for each group and actor, however many rules it is about: a flood of them would hide all others.
 */
import { createHash } from "node:crypto";
import type { Condition } from "../alerts/condition.ts";
import { toIso } from "../runtime/instant.ts";
import { type Actor, actorWords, UNKNOWN_ACTOR } from "./actor.ts";
import { type RevertWar, WAR_HEALS } from "./revert-war.ts";
import { CONCERN, counted, listed } from "./words.ts";

export function warConditions(wars: readonly RevertWar[]): Condition[] {
  const sides = Map.groupBy(wars, ({ group, actors }) => JSON.stringify([group, mainOf(actors).key]));
  return [...sides].flatMap(([side, same]) => {
    const [first] = same;
    return first === undefined ? [] : [warCondition(first.group, side, same)];
  });
}

/** Against whom most of it was put right, as far as anybody is known. */
const mainOf = (actors: readonly Actor[]): Actor => actors.find(({ key }) => key !== null) ?? UNKNOWN_ACTOR;

function warCondition(group: string, side: string, wars: readonly RevertWar[]): Condition {
  const digest = createHash("sha256").update(side).digest("hex").slice(0, 16);
  const times = wars.flatMap(({ heals }) => heals.map(({ at }) => at)).toSorted((one, other) => one - other);
  const rules = wars.map(({ rule }) => rule);
  const actors = [...new Set(wars.flatMap((war) => war.actors.map(actorWords)))];
  const [what, were] =
    rules.length === 1 ? ["the same rule", "was"] : [counted(rules.length, "rule"), "were"];
  return {
    // After the groups' own keys: of equally severe ones those come first.
    key: `allowlists:war:${group}:${digest}`,
    concern: CONCERN,
    severity: "critical",
    title: `${group}: ${what} ${were} put right ${WAR_HEALS} times within an hour, and healing goes on`,
    facts: [
      { label: rules.length === 1 ? "Rule" : "Rules", value: listed(rules, rules.length) },
      { label: "Against", value: listed(actors, actors.length) },
      { label: "Lately at", value: listed(times.slice(-WAR_HEALS).map(toIso), WAR_HEALS) },
    ],
    since: Math.min(...times),
    actions: [],
    links: [],
    runbook: "allowlist-revert-war",
  };
}
