/** One incident for what was put right together: who did it, when, from where, with what, what it was, what was done. */
import { createHash } from "node:crypto";
import { type Condition, cut, type Fact, type Note, TEXT_MAX } from "../alerts/condition.ts";
import { toIso } from "../runtime/instant.ts";
import { actorWords } from "./actor.ts";
import { attributionFacts } from "./attribution-facts.ts";
import type { Healed, HealedHit } from "./healed-hit.ts";
import type { RevertWar } from "./revert-war.ts";
import { CONCERN, counted, doneWords, LIVE_ON, listed } from "./words.ts";

/** With who did it, and what lives on, a message has no room for more. */
const GROUPS_MAX = 3;
/** Of one incident's thread; the history has them all. */
const NOTES_MAX = 20;

export function healedCondition(healed: Healed, wars: readonly RevertWar[]): Condition {
  const { key, hits } = healed;
  const groups = Map.groupBy(hits, ({ group }) => group);
  const [only] = groups.size === 1 ? [...groups.keys()] : [];
  const isAtWar = wars.some((war) => hits.some((hit) => isOf(war, hit)));
  return {
    key: `allowlist:healed:${key}`,
    concern: CONCERN,
    severity: isAtWar ? "critical" : "warning",
    title: `${only ?? counted(groups.size, "allowlist")}: changed by somebody else, and put right`,
    facts: [
      ...attributionFacts(hits.map(({ doing }) => doing)),
      ...groupFacts(groups),
      ...(hits.some(closes) ? [{ label: "Connections", value: LIVE_ON }] : []),
    ],
    since: sinceOf(hits),
    actions: hits.slice(0, NOTES_MAX).map(noteOf),
    links: [],
    runbook: "allowlist-put-right",
  };
}

const isOf = (war: RevertWar, { group, rules }: HealedHit): boolean =>
  war.group === group && rules.some(({ rule }) => rule === war.rule);

/** As its event says; of a hit by nobody known, when it was put right. */
const sinceOf = (hits: readonly HealedHit[]): number =>
  Math.min(...hits.map(({ doing, at }) => doing.at ?? at));

function groupFacts(groups: ReadonlyMap<string, readonly HealedHit[]>): Fact[] {
  const facts = [...groups].map(([group, hits]) => ({ label: `Put right in ${group}`, value: doneIn(hits) }));
  const more = facts.length - GROUPS_MAX;
  return [
    ...facts.slice(0, GROUPS_MAX),
    ...(more > 0 ? [{ label: "Put right besides", value: counted(more, "other group") }] : []),
  ];
}

function doneIn(hits: readonly HealedHit[]): string {
  const done = [...new Set(hits.flatMap(({ rules }) => rules.map(doneWords)))];
  const count = hits.reduce((sum, hit) => sum + hit.count, 0);
  return listed(done, Math.max(count, done.length));
}

const closes = ({ rules }: HealedHit): boolean => rules.some(({ reason }) => reason !== "missing");

function noteOf(hit: HealedHit): Note {
  const { id, group, at, rules, count, doing } = hit;
  const who = doing.certainty === "likely" ? `probably ${actorWords(doing.actor)}` : actorWords(doing.actor);
  const done = listed(rules.map(doneWords), Math.max(count, rules.length));
  const when = doing.at === null ? "" : ` at ${toIso(doing.at)}`;
  return {
    id: `healed:${createHash("sha256").update(id).digest("hex").slice(0, 32)}`,
    at,
    text: cut(`${group}: ${done}. Changed by ${who}${when}.`, TEXT_MAX.note),
  };
}
