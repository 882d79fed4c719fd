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
import { heldNsgRules } from "./nsg-held.ts";
import { Lane } from "./nsg-lane.ts";
import {
  chooseFloor,
  closeOpen,
  closeUnwanted,
  endInDeny,
  isKept,
  type NsgTrouble,
  openWishes,
  takeWallsDown,
  tidy,
  unblock,
} from "./nsg-plan-steps.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { shut } from "./nsg-shut.ts";
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
  /**
   * Names, in lower case, of rules that are being changed just now or that Azure would not have written: nothing is
   * planned that touches one, and nothing that relies on one of them.
   */
  readonly untouchable?: ReadonlySet<string>;
  /** Those of them that Azure, or somebody who puts them back, keeps as they are. */
  readonly stuck?: ReadonlySet<string>;
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
  const { untouchable = new Set<string>(), stuck = new Set<string>() } = input;
  const wanted = wantedAt(desired, now);
  const { nextAt } = wanted;
  if (observed === null) return { ...NOTHING, refused: { reason: "no-such-group" }, nextAt };
  const rules = wanted.rules.filter((rule) => boxOf(rule) === null);
  if (rules.length > 0) return { ...NOTHING, refused: { reason: "not-expressible", rules }, nextAt };

  const isAllOurs = desired.own === "all";
  const isOurs = ({ name }: NsgRule): boolean => isAllOurs || isMarked(link, name);
  const lanesWith = (held: readonly Rule[], owns: typeof isOurs): Lane[] =>
    desired.directions.map(
      (direction) => new Lane(direction, observed, new Wishes(direction, wanted.rules, held), owns),
    );
  const asked = lanesWith([], isOurs);
  const awaitingConsent = heldNsgRules(desired, consent, asked, wanted.over);
  const seen = awaitingConsent.length === 0 ? asked : lanesWith(awaitingConsent, isOurs);
  const drift = nsgDrift(seen, { ...input, wanted, isAllOurs });
  const isFree = (rule: NsgRule): boolean => isOurs(rule) && !untouchable.has(rule.name.toLowerCase());
  const lanes = untouchable.size === 0 ? seen : lanesWith(awaitingConsent, isFree);

  const draft = new Draft({ link, isAllOurs, rulesMax, untouchable, stuck }, lanes, observed);
  const troubles = heal(draft, link, isAllOurs);
  const { changes } = draft;
  const because = withheldBecause(desired, consent, changes.length === 0 && troubles.length === 0);
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
    if (isAllOurs) {
      shut(draft, lane, wishes);
      chooseFloor(lane, wishes);
    }
    return { lane, wishes };
  });
  // Both directions share the room for rules, so each step is done in both before the next one.
  return [
    ...work.flatMap(({ lane, wishes }) => openWishes(draft, lane, wishes)),
    ...work.flatMap(({ lane, wishes }) => (isAllOurs ? endInDeny(draft, lane, wishes) : [])),
    ...work.flatMap(({ lane, wishes }) => {
      if (!isAllOurs) return [];
      // What was not possible before may be by now.
      shut(draft, lane, wishes);
      closeOpen(draft, lane);
      return [];
    }),
    ...work.flatMap(({ lane, wishes }) => unblock(draft, lane, wishes, isAllOurs)),
    ...work.flatMap(({ lane }) => closeUnwanted(draft, lane)),
    ...work.flatMap(({ lane }) => {
      takeWallsDown(draft, lane);
      tidy(draft, lane, link);
      return [];
    }),
  ];
}
