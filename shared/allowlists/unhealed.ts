/**
 * What was found in a group and not put right: since when it is so, and who did it, as far as that was ever known. A
 * later look sees the same and hears of nobody. Pure.
 */
import * as z from "zod";
import type { Instant } from "../runtime/instant.ts";
import { Doing, doingOf, doingOfDrift } from "./attribution-facts.ts";
import { effectOf } from "./explains.ts";
import { type GroupReport, RuleText } from "./group-report.ts";

export const Unhealed = z.object({
  group: z.string(),
  effect: z.enum(["added", "removed"]),
  /** Null: the group itself, which is not there. */
  rule: RuleText.nullable(),
  since: z.int().nonnegative(),
  /** Null: nobody's, as the link itself wants something else. */
  doing: Doing.nullable(),
});
export type Unhealed = z.infer<typeof Unhealed>;

/** `before`: as it was told last. */
export function unhealedAfter(before: readonly Unhealed[], report: GroupReport): Unhealed[] {
  const { group, drift, seen, at } = report;
  const left = drift.filter(({ isHealed }) => !isHealed);
  const found = new Map<string, Unhealed>();
  for (const one of left) {
    const { rule } = one;
    const effect = effectOf(one.reason);
    const next = since(before, { group, effect, rule, since: at, doing: doingOfDrift(one, seen) });
    found.set(`${effect} ${rule}`, next);
  }
  return [...found.values(), ...goneOf(before, report)];
}

/** Who is known of a group that is not there. */
function goneOf(before: readonly Unhealed[], { group, troubles, seen, at }: GroupReport): Unhealed[] {
  if (troubles.every(({ kind }) => kind !== "no-such-group")) return [];
  const deleted = seen.findLast(({ call }) => DELETES.test(call));
  const doing = deleted === undefined ? null : doingOf("named", deleted);
  return [since(before, { group, effect: "removed", rule: null, since: at, doing })];
}

/** Of the group itself, or in Azure of the resource group with all that is in it. */
const DELETES = /^DeleteSecurityGroup$|\/(networkSecurityGroups|resourceGroups)\/delete$/i;

function since(before: readonly Unhealed[], now: Unhealed): Unhealed {
  const was = before.find(
    ({ group, effect, rule }) => group === now.group && effect === now.effect && rule === now.rule,
  );
  if (was === undefined) return now;
  const isKnownBetter = was.doing !== null && rankOf(was.doing) < rankOf(now.doing);
  return { ...now, since: was.since, doing: isKnownBetter ? was.doing : now.doing };
}

const CERTAINTIES = Doing.shape.certainty.options;
/** Who is named comes first, and what no event says anything of last. */
const rankOf = (doing: Doing | null): number =>
  doing === null ? CERTAINTIES.length : CERTAINTIES.indexOf(doing.certainty);

/** A sweep comes a little earlier or later than the last one. */
const LASTING_SECONDS = 840;

export const lastingAt = (unhealed: readonly Unhealed[], at: Instant): Unhealed[] =>
  unhealed.filter(({ since }) => at - since >= LASTING_SECONDS);
