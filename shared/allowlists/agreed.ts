/**
 * What is kept of a person's agreement about one group, and what it counts for. It is about one target and one reach
 * there: a group's name in the link is only a name, and whatever it stands for next is met for the first time.
 */
import * as z from "zod";
import { InstantSchema } from "../alerts/condition.ts";
import { distinctRules, ruleKey } from "./rule-key.ts";
import { type AllowlistGroup, type Consent, Direction, Rule } from "./schema.ts";

/** Which group of a cloud is looked after, and how much of it. */
export const Scope = z.object({
  target: z.string().min(1),
  own: z.enum(["all", "marked"]),
  directions: z.array(Direction).readonly(),
});
export type Scope = Readonly<z.output<typeof Scope>>;

export const Agreed = z.object({
  lastApplied: z.array(Rule).readonly().nullable(),
  accepted: z.string().nullable(),
  /** Of `lastApplied`. Null: none was ever applied, or it was kept before this was kept with it. */
  scope: Scope.nullable().default(null),
  /** Since when some of `lastApplied` is neither wanted nor seen open (consent.ts); null: none is. */
  unseenSince: InstantSchema.nullable().default(null),
});
export type Agreed = Readonly<z.output<typeof Agreed>>;

export const NOTHING_AGREED: Agreed = {
  lastApplied: null,
  accepted: null,
  scope: null,
  unseenSince: null,
};

/** Canonical: of the same group and reach it is the same. */
export const scopeOf = (desired: AllowlistGroup): Scope => ({
  target: targetOf(desired),
  own: desired.own,
  directions: [...new Set(desired.directions)].sort(),
});

/** Azure ignores the case of names; one without a subscription is in the hand's own. */
function targetOf(desired: AllowlistGroup): string {
  if (desired.cloud === "aws") return `aws/${desired.group}`;
  const { subscription = "", resourceGroup, nsg } = desired.group;
  return ["azure", subscription, resourceGroup, nsg].join("/").toLowerCase();
}

/** Whether all that the one reaches, the other reaches too. */
const isWithin = (one: Scope, other: Scope): boolean =>
  one.target === other.target &&
  (one.own === "marked" || other.own === "all") &&
  one.directions.every((direction) => other.directions.includes(direction));

/** What was agreed about another target, or about less of it, is no consent to this: the group is met for the first time. */
export function consentFor(
  desired: AllowlistGroup,
  { lastApplied, accepted, scope, unseenSince }: Agreed,
  shrinkMax: number,
): Consent {
  const consent = { shrinkMax, lastApplied, accepted, unseenSince };
  if (scope === null) return { ...consent, isOfUnknownScope: lastApplied !== null };
  return isWithin(scopeOf(desired), scope) ? consent : { ...consent, lastApplied: null };
}

/** Whether both mean the same: descriptions are no part of a rule's identity. */
export const saysSame = (one: Agreed, other: Agreed): boolean => wordsOf(one) === wordsOf(other);

const wordsOf = ({ lastApplied, accepted, scope, unseenSince }: Agreed): string =>
  JSON.stringify([
    lastApplied && distinctRules(lastApplied).map(ruleKey),
    accepted,
    unseenSince,
    scope && [scope.target, scope.own, scope.directions],
  ]);
