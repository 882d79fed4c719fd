/** The nouns of what was put right after somebody's change, and how two accounts of one are joined. Pure. */
import * as z from "zod";
import { Doing } from "./attribution-facts.ts";
import { RuleId, RuleText, ToldDrift, type ToldSeen } from "./group-report.ts";
import { Hit, type Together } from "./together.ts";

export const PutRight = z.object({ rule: RuleText, id: RuleId.optional(), reason: ToldDrift.shape.reason });
export type PutRight = z.infer<typeof PutRight>;

/** One group put right after one change; or after changes that nobody has named yet. */
export const HealedHit = z.object({
  ...Hit.shape,
  /** When it was heard of here: a note of the other half may come hours after the heal. */
  heardAt: z.int().nonnegative(),
  doing: Doing,
  /** Some of what was put right, and how much of it there was. */
  rules: z.array(PutRight),
  count: z.int().nonnegative(),
});
export type HealedHit = z.infer<typeof HealedHit>;

/** What was put right together: one incident. */
export type Healed = Together<HealedHit>;

export const isNamed = ({ doing }: HealedHit): boolean => doing.certainty === "named";
export const isUnknown = ({ doing }: HealedHit): boolean => doing.certainty === "unknown";

/** A change to a group that was heard of. */
export interface HeardChange {
  readonly group: string;
  readonly seen: ToldSeen;
}

/** Of the hit that is put right after that change. */
export const hitId = ({ group, seen }: HeardChange): string => `${group}:${seen.id}`;

/** Of one id. */
export function mergeHits(one: HealedHit, other: HealedHit): HealedHit {
  const rules = new Map([...one.rules, ...other.rules].map((put) => [JSON.stringify(put), put]));
  const count = Math.max(one.count, other.count, rules.size);
  return { ...one, heardAt: Math.max(one.heardAt, other.heardAt), rules: [...rules.values()], count };
}
