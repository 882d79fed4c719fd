/**
 * What was put right after somebody's change, and who that was: told at once, and completed when the event that names
 * who it was comes later than the sweep that healed it. Pure.
 */
import type { Instant } from "../runtime/instant.ts";
import { UNKNOWN_ACTOR } from "./actor.ts";
import { doingOf, NOBODY_KNOWN } from "./attribution-facts.ts";
import { explain } from "./explain-healed.ts";
import type { GroupReport, ToldDrift, ToldSeen } from "./group-report.ts";
import {
  type Healed,
  type HealedHit,
  hitId,
  isNamed,
  isUnknown,
  mergeHits,
  type PutRight,
} from "./healed-hit.ts";
import { joinHits, TOGETHER_SECONDS } from "./together.ts";

/** CloudTrail's events come up to so long after the call (https://aws.amazon.com/cloudtrail/faqs/). */
export const LATE_SECONDS = 900;
/** Takes in reports that were not taken in before, and the changes that were heard of with them. */
export function takeHealed(
  standing: readonly Healed[],
  reports: readonly GroupReport[],
  now: Instant,
): Healed[] {
  const hits = reports.flatMap((report) => hitsOf(report, now));
  const joined = joinHits(merged(standing, hits), hits);
  const changes = reports.flatMap(({ group, seen }) => seen.map((one) => ({ group, seen: one })));
  const explained = changes.reduce<readonly Healed[]>((all, change) => explain(all, change, now), joined);
  return withoutTwice(explained);
}

/** Is it told for good: a minute after its last hit, or when no event will say any more for sure who it was? */
export function isOver({ hits }: Healed, now: Instant): boolean {
  const heardAt = Math.max(...hits.map((hit) => hit.heardAt));
  return now - heardAt >= (hits.every(isNamed) ? TOGETHER_SECONDS : LATE_SECONDS);
}

/** What somebody did, and the run has put right. */
export const putRight = ({ drift }: GroupReport): ToldDrift[] =>
  drift.filter(({ isHealed, certainty }) => isHealed && certainty !== "link");

function hitsOf(report: GroupReport, now: Instant): HealedHit[] {
  const changes = Map.groupBy(putRight(report), (drift) => makerOf(drift, report.seen));
  const told = report.drift.filter(({ isHealed }) => isHealed).length;
  // More than is listed: most likely by whoever is the only one.
  const [only] = changes.size === 1 ? [...changes.keys()] : [null];
  const hits = [...changes].map(([seen, drift]) =>
    hitOf(report, seen, drift, now, seen === only ? report.healedCount - told : 0),
  );
  return hits;
}

const makerOf = ({ certainty, change }: ToldDrift, seen: readonly ToldSeen[]): ToldSeen | null =>
  certainty === "unknown" ? null : (seen.find(({ id }) => id === change) ?? null);

function hitOf(
  { id, group, at }: GroupReport,
  seen: ToldSeen | null,
  drift: readonly ToldDrift[],
  heardAt: Instant,
  more: number,
): HealedHit {
  const certainty = drift.some((one) => one.certainty === "named") ? "named" : "likely";
  return {
    id: seen === null ? `${group}:${id}` : hitId({ group, seen }),
    group,
    at,
    actor: seen?.actor ?? UNKNOWN_ACTOR,
    heardAt,
    doing: seen === null ? NOBODY_KNOWN : doingOf(certainty, seen),
    rules: drift.map(toPutRight),
    count: drift.length + more,
  };
}

const toPutRight = ({ rule, id, reason }: ToldDrift): PutRight =>
  id === undefined ? { rule, reason } : { rule, id, reason };

/** One change that is put right in several looks is one hit. */
function merged(standing: readonly Healed[], fresh: readonly HealedHit[]): Healed[] {
  const more = Map.groupBy(fresh, ({ id }) => id);
  return standing.map((one) => ({
    ...one,
    hits: one.hits.map((hit) => (more.get(hit.id) ?? []).reduce(mergeHits, hit)),
  }));
}

/**
 * Looks that meet, and one that a cloud shows an old state, find the same again: what is known of a hit by somebody,
 * or of an earlier one, is not told a second time as that of nobody known.
 */
function withoutTwice(all: readonly Healed[]): Healed[] {
  const groups = Map.groupBy(
    all.flatMap((one) => one.hits),
    ({ group }) => group,
  );
  return all.flatMap((one) => {
    const left = one.hits.flatMap((hit) => {
      if (!isUnknown(hit)) return [hit];
      const others = (groups.get(hit.group) ?? []).filter((other) => other !== hit && covers(other, hit));
      const rules = hit.rules.filter((put) => !others.some((other) => has(other, put)));
      const count = hit.count - (hit.rules.length - rules.length);
      return count === 0 ? [] : [rules.length === hit.rules.length ? hit : { ...hit, rules, count }];
    });
    return left.length === 0 ? [] : [{ ...one, hits: left }];
  });
}

const covers = (one: HealedHit, unknown: HealedHit): boolean =>
  Math.abs(one.at - unknown.at) < TOGETHER_SECONDS &&
  (!isUnknown(one) || one.at < unknown.at || (one.at === unknown.at && one.id < unknown.id));

const has = ({ rules }: HealedHit, put: PutRight): boolean =>
  rules.some(
    ({ rule, reason }) => rule === put.rule && (reason === "missing") === (put.reason === "missing"),
  );
