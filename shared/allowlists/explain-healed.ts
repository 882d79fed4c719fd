/**
 * Completes who was not known for sure when something was put right, with an event that says so and comes later. Pure.
 */
import type { Instant } from "../runtime/instant.ts";
import { doingOf } from "./attribution-facts.ts";
import { effectOf, explains } from "./explains.ts";
import type { ToldSeen } from "./group-report.ts";
import {
  type Healed,
  type HealedHit,
  type HeardChange,
  hitId,
  isNamed,
  isUnknown,
  mergeHits,
  type PutRight,
} from "./healed-hit.ts";

/** An event explains what was healed after it: as far back as two sweeps; the clouds' clocks may differ a little. */
const BEFORE_SECONDS = 1_800;
const AFTER_SECONDS = 60;

export function explain(all: readonly Healed[], heard: HeardChange, now: Instant): readonly Healed[] {
  const isOpen = (hit: HealedHit): boolean => !isNamed(hit) && hit.group === heard.group;
  if (!all.some(({ hits }) => hits.some(isOpen))) return all;
  const id = hitId(heard);
  const told = all.find(({ hits }) => hits.some((hit) => hit.id === id));
  return all.map((one) => {
    if (!one.hits.some(isOpen)) return one;
    const split = one.hits.flatMap((hit) => partsOf(hit, heard, now));
    // What was put right after that change is told there.
    const hits = told === undefined || told === one ? split : split.filter((hit) => hit.id !== id);
    if (hits.length === one.hits.length && hits.every((hit, index) => hit === one.hits[index])) return one;
    const once = [...Map.groupBy(hits, (hit) => hit.id).values()].flatMap(([first, ...rest]) =>
      first === undefined ? [] : [rest.reduce(mergeHits, first)],
    );
    return { ...one, actor: actorOf(one, once), hits: once };
  });
}

/** What was together by nobody known is by whoever is named for all of it. */
function actorOf({ actor }: Healed, [first, ...rest]: readonly HealedHit[]): Healed["actor"] {
  const isOnly = rest.every((hit) => hit.actor.key === first?.actor.key);
  return isOnly ? (first?.actor ?? actor) : actor;
}

/** The part of a hit that a change explains, and the rest of it. */
function partsOf(hit: HealedHit, { group, seen }: HeardChange, now: Instant): HealedHit[] {
  if (isNamed(hit) || hit.group !== group || !isInTime(seen, hit)) return [hit];
  const by = (how: "named" | "likely") => hit.rules.filter((put) => explained(seen, put) === how);
  const named = by("named");
  // A guess is no better than another, but any is better than none.
  const likely = named.length > 0 || !isUnknown(hit) ? [] : by("likely");
  const rules = named.length > 0 ? named : likely;
  if (rules.length === 0) return [hit];
  const rest = { ...hit, rules: hit.rules.filter((put) => !rules.includes(put)) };
  const isAll = rest.rules.length === 0 && (likely.length > 0 || hit.count === hit.rules.length);
  const count = isAll ? hit.count : rules.length;
  const doing = doingOf(named.length > 0 ? "named" : "likely", seen);
  const id = hitId({ group, seen });
  const part = { ...hit, id, actor: seen.actor, heardAt: now, doing, rules, count };
  return isAll ? [part] : [part, { ...rest, count: hit.count - count }];
}

const isInTime = ({ at }: ToldSeen, hit: HealedHit): boolean =>
  at === null || (at >= hit.at - BEFORE_SECONDS && at <= hit.at + AFTER_SECONDS);

const explained = (seen: ToldSeen, { rule, id, reason }: PutRight) =>
  explains(seen, { rule, id, effect: effectOf(reason) });
