/** What is told of an NSG: how what is observed differs from what is wanted, whether or not it is put right. */
import type { Instant } from "../runtime/instant.ts";
import { contains } from "./nsg-box.ts";
import type { Entry, Lane } from "./nsg-lane.ts";
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

function openDrift(lane: Lane, { wanted, consent }: Known): NsgDrift[] {
  const { bad, direction } = lane;
  if (bad.length === 0) return [];
  const withOver = new Wishes(direction, [...wanted.rules, ...wanted.over.map(({ rule }) => rule)]);
  const withLast = new Wishes(direction, [...wanted.rules, ...(consent.lastApplied ?? [])]);
  const reasonOf = ({ reading: { maybe } }: Entry) => {
    if (withOver.cover(maybe)) return "exception-over";
    if (withLast.cover(maybe)) return "no-longer-wanted";
    const isPartlyWanted = lane.wishes.all.some(({ box }) =>
      maybe.some((other) => contains(other, box) || contains(box, other)),
    );
    return isPartlyWanted ? "too-wide" : "unwanted";
  };
  return bad.map((entry) => ({ kind: "open", reason: reasonOf(entry), observed: entry.rule }));
}
