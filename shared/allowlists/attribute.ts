/**
 * Who is named for what is put right. Pure. An event that was heard beside a drift is no proof that it made it: only a
 * change that names the rule is; where events hold no rules, the one actor who changed the group is named as likely;
 * else the actor is unknown, which is better than a wrong name.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { ruleKey } from "./rule-key.ts";
import type { Drift, DriftReason, Rule } from "./schema.ts";
import type { SeenChange, SeenRule } from "./seen.ts";

export type Attribution =
  | { readonly certainty: "named" | "likely"; readonly change: SeenChange }
  /** Only the sweep saw it, or too many might have done it. */
  | { readonly certainty: "unknown"; readonly change: null }
  /** Nobody changed the group: the link wants something else now. */
  | { readonly certainty: "link"; readonly change: null };

/** What somebody else did to the group; null: the link itself changed. */
const EFFECTS: Readonly<Record<DriftReason, "added" | "removed" | null>> = {
  missing: "removed",
  unwanted: "added",
  "too-wide": "added",
  blocking: "added",
  redundant: null,
  "newly-wanted": null,
  "exception-over": null,
  "no-longer-wanted": null,
  "awaiting-consent": null,
};

/** EC2 shows a change a little later than CloudTrail dates it: a look may have missed what was done just before. */
const SLACK_SECONDS = 60;

/**
 * `group`: the link's name of it. `changes`: those that were heard of. `inOrderAt`: when the group was last seen as it
 * should be, before which nothing explains a drift; null: never.
 */
export function attribute(
  {
    group,
    drift,
    inOrderAt,
  }: { readonly group: string; readonly drift: Drift; readonly inOrderAt: Instant | null },
  changes: readonly SeenChange[],
): Attribution {
  const effect = EFFECTS[drift.reason];
  if (effect === null) return { certainty: "link", change: null };
  const recent = changes
    .filter(({ groups }) => groups === "all" || groups.includes(group))
    .filter(({ at }) => at === null || inOrderAt === null || at >= inOrderAt - SLACK_SECONDS)
    .toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0) || compareText(one.id, other.id));
  const named = recent.findLast((change) => names(change, drift, effect));
  if (named !== undefined) return { certainty: "named", change: named };
  const likely = recent.filter(({ what }) => !what.isComplete);
  const actors = new Set(likely.map(({ actor }) => actor.key));
  const last = likely.at(-1);
  if (last === undefined || actors.size > 1 || actors.has(null))
    return { certainty: "unknown", change: null };
  return { certainty: "likely", change: last };
}

function names({ what }: SeenChange, { rule, id }: Drift, effect: "added" | "removed"): boolean {
  const isTouched = id !== undefined && what.touched.some((one) => one.toLowerCase() === id.toLowerCase());
  return isTouched || what[effect].some((seen) => isSame(seen, rule));
}

/** Where an event does not say the direction, it may be the rule's. */
const isSame = (seen: SeenRule, rule: Rule): boolean =>
  ruleKey({ ...seen, direction: seen.direction ?? rule.direction }) === ruleKey(rule);
