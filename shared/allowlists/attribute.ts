/**
 * Who is named for what is put right. Pure. An event that was heard beside a drift is no proof that it made it: only a
 * change that names the rule is; where events hold no rules, the one actor who changed the group is named as likely;
 * else the actor is unknown, which is better than a wrong name.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Effect, explains } from "./explains.ts";
import { toldRule, whatTexts } from "./report-draft.ts";
import type { Drift, DriftReason } from "./schema.ts";
import type { SeenChange } from "./seen.ts";

export type Attribution =
  | { readonly certainty: "named" | "likely"; readonly change: SeenChange }
  /** Only the sweep saw it, or too many might have done it. */
  | { readonly certainty: "unknown"; readonly change: null }
  /** Nobody changed the group: the link wants something else now. */
  | { readonly certainty: "link"; readonly change: null };

/** What somebody else did to the group; null: the link itself changed. */
const EFFECTS: Readonly<Record<DriftReason, Effect | null>> = {
  missing: "removed",
  unwanted: "added",
  "too-wide": "added",
  "exception-over": "added",
  redundant: null,
  "newly-wanted": null,
  "no-longer-wanted": null,
  "awaiting-consent": null,
};

/** Nobody has opened what may only be open still: unless it was seen closed since, or an event says so. */
const mayBeOpenStill = ({ reason, exception }: Drift, inOrderAt: Instant | null): boolean =>
  reason === "exception-over" &&
  exception !== undefined &&
  (inOrderAt === null || inOrderAt < exception.until);

/** Nobody has taken away what may only have begun since: unless it was seen open, or an event says so. */
const mayHaveBegun = ({ reason, exception }: Drift, inOrderAt: Instant | null): boolean =>
  reason === "missing" &&
  exception !== undefined &&
  (inOrderAt === null || exception.from === undefined || exception.from > inOrderAt);

/** Before its exception had ended, a rule was as it should be, whoever had opened it. */
const wasMadeIn = ({ reason, exception }: Drift, { at }: SeenChange): boolean =>
  reason !== "exception-over" || exception === undefined || (at !== null && at >= exception.until);

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
  if (effect === null) return LINK;
  const recent = changes
    .filter(({ groups }) => groups === "all" || groups.includes(group))
    .filter(({ at }) => at === null || inOrderAt === null || at >= inOrderAt - SLACK_SECONDS)
    .filter((change) => wasMadeIn(drift, change))
    .toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0) || compareText(one.id, other.id));
  const made = { rule: toldRule(drift.rule), id: drift.id, effect };
  const explained = recent.map((change) => ({ change, how: explains(whatTexts(change), made) }));
  const named = explained.findLast(({ how }) => how === "named");
  if (named !== undefined) return { certainty: "named", change: named.change };
  if (mayHaveBegun(drift, inOrderAt) || mayBeOpenStill(drift, inOrderAt)) return LINK;
  const likely = explained.flatMap(({ change, how }) => (how === "likely" ? [change] : []));
  const last = likely.at(-1);
  if (last === undefined || !isOne(likely)) return { certainty: "unknown", change: null };
  return { certainty: "likely", change: last };
}

const LINK: Attribution = { certainty: "link", change: null };

/** Sessions of one role are one actor, and may be two people. */
const isOne = (changes: readonly SeenChange[]): boolean =>
  new Set(changes.map(({ actor: { key, name } }) => JSON.stringify([key, name]))).size === 1 &&
  changes.every(({ actor }) => actor.key !== null);
