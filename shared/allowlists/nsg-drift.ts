/** What is told of an NSG: how what is observed differs from what is wanted, whether or not it is put right. */
import type { Instant } from "../runtime/instant.ts";
import { contains } from "./nsg-box.ts";
import type { Entry } from "./nsg-entry.ts";
import type { Lane } from "./nsg-lane.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { type Wish, Wishes } from "./nsg-wishes.ts";
import { ruleKey } from "./rule-key.ts";
import type { Consent, Direction, DriftReason, Exception, Rule } from "./schema.ts";
import type { Wanted } from "./wanted.ts";

export type NsgDrift =
  | {
      readonly kind: "closed";
      readonly reason: Extract<DriftReason, "missing" | "newly-wanted">;
      readonly rule: Rule;
      readonly exception?: Exception;
      /** The names of the Denys before the Allow that is there; none when there is no such Allow. */
      readonly by: readonly string[];
    }
  | {
      readonly kind: "open";
      readonly reason: Extract<DriftReason, "unwanted" | "too-wide" | "exception-over" | "no-longer-wanted">;
      readonly observed: NsgRule;
    }
  /** Nothing of ours ends the direction, so Azure's default rules decide what no other rule does. */
  | { readonly kind: "open-by-default"; readonly direction: Direction };

/** The same of what is the same difference each time that the group is looked at. */
export function driftKey(drift: NsgDrift): string {
  switch (drift.kind) {
    case "closed":
      return `closed ${ruleKey(drift.rule)}`;
    case "open":
      return `open ${drift.observed.name.toLowerCase()}`;
    case "open-by-default":
      return `open-by-default ${drift.direction}`;
  }
}

interface Known {
  readonly wanted: Wanted;
  readonly consent: Consent;
  readonly isAllOurs: boolean;
  readonly now: Instant;
}

export function nsgDrift(lanes: readonly Lane[], known: Known): NsgDrift[] {
  const last = new Set(known.consent.lastApplied?.map(ruleKey));
  return lanes.flatMap((lane): NsgDrift[] => {
    const closed = lane.wishes.all.filter((wish) => !wish.isHeld && !lane.isOpen(wish));
    const isOpenByDefault = known.isAllOurs && lane.finalDenies.length === 0;
    return [
      ...closed.map((wish) => closedDrift(lane, wish, known.wanted, last)),
      ...openDrift(lane, known),
      ...(isOpenByDefault ? [{ kind: "open-by-default" as const, direction: lane.direction }] : []),
    ];
  });
}

function closedDrift(lane: Lane, wish: Wish, wanted: Wanted, last: ReadonlySet<string>): NsgDrift {
  const key = ruleKey(wish.rule);
  const exception = wanted.exceptions.get(key);
  const depth = lane.depthOf(wish);
  const before = lane.denying(wish.box).filter(({ rule }) => rule.priority < depth);
  return {
    kind: "closed",
    reason: last.has(key) ? "missing" : "newly-wanted",
    rule: wish.rule,
    ...(exception === undefined ? {} : { exception }),
    by: depth === Number.POSITIVE_INFINITY ? [] : before.map(({ rule }) => rule.name),
  };
}

function openDrift(lane: Lane, { wanted, consent, isAllOurs }: Known): NsgDrift[] {
  const { direction } = lane;
  // What is shut already only waits to be taken away.
  const end = isAllOurs ? lane.shutAt : Number.POSITIVE_INFINITY;
  const bad = lane.bad.filter(({ rule }) => rule.priority < end);
  if (bad.length === 0) return [];
  const keys = new Set(wanted.rules.map(ruleKey));
  /** Null where that is no more than what is wanted now, which covers none of them. */
  const wantedWith = (rules: readonly Rule[]): Wishes | null => {
    const more = rules.filter((rule) => !keys.has(ruleKey(rule)));
    return more.length === 0 ? null : new Wishes(direction, [...wanted.rules, ...more]);
  };
  const withOver = wantedWith(wanted.over.map(({ rule }) => rule));
  const withLast = wantedWith(consent.lastApplied ?? []);
  const reasonOf = ({ reading: { maybe } }: Entry) => {
    if (withOver?.cover(maybe) === true) return "exception-over";
    if (withLast?.cover(maybe) === true) return "no-longer-wanted";
    const isPartlyWanted = lane.wishes
      .meeting(maybe)
      .some(({ box }) => maybe.some((other) => contains(other, box) || contains(box, other)));
    return isPartlyWanted ? "too-wide" : "unwanted";
  };
  return bad.map((entry) => ({ kind: "open", reason: reasonOf(entry), observed: entry.rule }));
}
