/**
 * Decides how the rules of an NSG must change, so that what is wanted passes and nothing else of ours does. The first
 * rule that matches decides in an NSG, so this thinks in flows that pass and not in rules that are there.
 *
 * Pure: no clock, network, or randomness. The same input always gives the same plan, in whatever order its rules stand.
 */
import type { Instant } from "../runtime/instant.ts";
import { type Withheld, withheldBecause } from "./consent.ts";
import { boxOf } from "./nsg-box.ts";
import { Draft, type NsgChange } from "./nsg-draft.ts";
import { type NsgDrift, nsgDrift } from "./nsg-drift.ts";
import {
  chooseFloor,
  closeUnwanted,
  endInDeny,
  isKept,
  type NsgTrouble,
  openWishes,
  tidy,
  unblock,
} from "./nsg-heal.ts";
import { heldNsgRules } from "./nsg-held.ts";
import { Lane } from "./nsg-lane.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { Wishes } from "./nsg-wishes.ts";
import { isMarked } from "./nsg-write.ts";
import { distinctRules } from "./rule-key.ts";
import type { AzureGroup, Consent, Rule } from "./schema.ts";
import { wantedAt } from "./wanted.ts";

/** https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits */
const NSG_RULES_MAX = 1_000;

export interface NsgPlanInput {
  readonly link: string;
  readonly desired: AzureGroup;
  /** All custom rules of the NSG; null: Azure says that there is no such NSG. */
  readonly observed: readonly NsgRule[] | null;
  readonly consent: Consent;
  readonly now: Instant;
  /** The quota of rules for the NSG, both directions together. */
  readonly rulesMax?: number;
}

export interface NsgPlan {
  /** In this order, one after another; each is safe to be the last. */
  readonly changes: readonly NsgChange[];
  /** There may be more to do than one run does: look again at once. */
  readonly isMore: boolean;
  readonly drift: readonly NsgDrift[];
  readonly troubles: readonly NsgTrouble[];
  readonly awaitingConsent: readonly Rule[];
  /** What would be done in a group that may only be looked at; then there are no changes. */
  readonly withheld: { readonly because: Withheld; readonly changes: readonly NsgChange[] } | null;
  /** Why nothing is planned at all. */
  readonly refused: NsgRefusal | null;
  /** When something else is wanted than now; null when never. */
  readonly nextAt: Instant | null;
}

export type NsgRefusal =
  | { readonly reason: "no-such-group" }
  /** Wanted, and no rule of an NSG can say it. */
  | { readonly reason: "not-expressible"; readonly rules: readonly Rule[] };

const NOTHING = {
  changes: [],
  isMore: false,
  drift: [],
  troubles: [],
  awaitingConsent: [],
  withheld: null,
};

export function planNetworkSecurityGroup(input: NsgPlanInput): NsgPlan {
  const { link, desired, observed, consent, now, rulesMax = NSG_RULES_MAX } = input;
  const wanted = wantedAt(desired, now);
  const { nextAt } = wanted;
  if (observed === null) return { ...NOTHING, refused: { reason: "no-such-group" }, nextAt };
  const rules = wanted.rules.filter((rule) => boxOf(rule) === null);
  if (rules.length > 0) return { ...NOTHING, refused: { reason: "not-expressible", rules }, nextAt };

  const isAllOurs = desired.own === "all";
  const owns = ({ name }: NsgRule): boolean => isAllOurs || isMarked(link, name);
  const lanesWith = (held: readonly Rule[]): Lane[] =>
    desired.directions.map(
      (direction) => new Lane(direction, observed, new Wishes(direction, wanted.rules, held), owns),
    );
  const asked = lanesWith([]);
  const awaitingConsent = heldNsgRules(desired, consent, asked);
  const lanes = awaitingConsent.length === 0 ? asked : lanesWith(awaitingConsent);
  const drift = nsgDrift(lanes, { ...input, wanted, isAllOurs });

  const draft = new Draft({ link, isAllOurs, rulesMax }, lanes, observed);
  const troubles = heal(draft, link, isAllOurs);
  const { changes } = draft;
  const because = withheldBecause(desired, consent);
  const planned = { drift, troubles, awaitingConsent: distinctRules(awaitingConsent), refused: null, nextAt };
  if (because !== null) return { ...planned, changes: [], isMore: false, withheld: { because, changes } };
  return {
    ...planned,
    changes,
    isMore: draft.isLongEnough,
    withheld: null,
  };
}

function heal(draft: Draft, link: string, isAllOurs: boolean): NsgTrouble[] {
  const work = draft.lanes.map((lane) => {
    const wishes = lane.wishes.all.filter((wish) => isKept(lane, wish, isAllOurs));
    if (isAllOurs) chooseFloor(lane, wishes);
    return { lane, wishes };
  });
  // Both directions share the room for rules, so each step is done in both before the next one.
  return [
    ...work.flatMap(({ lane, wishes }) => openWishes(draft, lane, wishes)),
    ...work.flatMap(({ lane, wishes }) => (isAllOurs ? endInDeny(draft, lane, wishes) : [])),
    ...work.flatMap(({ lane, wishes }) => unblock(draft, lane, wishes, isAllOurs)),
    ...work.flatMap(({ lane }) => closeUnwanted(draft, lane)),
    ...work.flatMap(({ lane }) => {
      tidy(draft, lane, link);
      return [];
    }),
  ];
}
