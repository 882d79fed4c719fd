/**
 * Decides how a security group must change so that what the link wants may pass, and nothing else.
 *
 * Pure: no clock, network or randomness; whatever order its input has, the plan is the same. Two things must stay
 * true: a wanted flow is never closed, not even between two writes, and what was never wanted is closed however much
 * there is of it.
 */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { heldRules, withheldBecause } from "./consent.ts";
import { FlowSet } from "./flow-set.ts";
import { flowOf } from "./flows.ts";
import { distinctRules, ruleKey } from "./rule-key.ts";
import type { AwsGroup, Consent, Drift, Rule } from "./schema.ts";
import type {
  ObservedSecurityGroup,
  SecurityGroupChange,
  SecurityGroupPlan,
  SecurityGroupRefusal,
} from "./security-group.ts";
import { differenceOf, owned } from "./security-group-difference.ts";
import { type Ordered, orderOf, type Step } from "./security-group-order.ts";
import { type Reasons, reasonsOf } from "./security-group-reasons.ts";
import { type Wanted, wantedAt } from "./wanted.ts";

export function planSecurityGroup(
  desired: AwsGroup,
  observed: ObservedSecurityGroup,
  consent: Consent,
  now: Instant,
): SecurityGroupPlan {
  const wanted = wantedAt(desired, now);
  const { nextAt } = wanted;
  const { rules, prefixListSizes, unreadable = [] } = observed;
  if (rules === null) return { ...NOTHING, refused: { reason: "no-such-group" }, nextAt };

  const inScope = rules.filter(({ rule }) => desired.directions.includes(rule.direction));
  const isOurs = ({ marked }: { readonly marked: boolean }): boolean => desired.own === "all" || marked;
  const ours = inScope.filter(isOurs).map(owned);
  const foreign = inScope.filter((one) => !isOurs(one)).map(({ rule }) => rule);

  const held = heldRules(desired, consent, wanted, {
    ours: new FlowSet(ours.map(({ flow }) => flow)),
    foreign: new FlowSet(foreign.map(flowOf)),
  });
  const difference = differenceOf({ wanted, held, ours, foreign });
  const slots = { max: desired.rulesMax, rules: rules.map(({ rule }) => rule), prefixListSizes };
  const ordered = orderOf(difference, slots);
  const reasons = reasonsOf(wanted, consent.lastApplied);
  const changes = ordered.steps.map((step) => changeOf(step, reasons));
  const refused = refusalOf(ordered);
  const isInOrder = changes.length === 0 && refused === null && unreadable.length === 0;
  const because = withheldBecause(desired, consent, isInOrder);
  return {
    changes: because === null ? changes : [],
    withheld: because === null ? null : { because, changes },
    awaitingConsent: held,
    openByOthers: openByOthers(wanted, foreign),
    unreadable: [...unreadable].sort(compareText),
    drift: driftOf(ordered, reasons),
    refused,
    nextAt,
  };
}

const NOTHING = {
  changes: [],
  withheld: null,
  awaitingConsent: [],
  openByOthers: [],
  unreadable: [],
  drift: [],
};

/** The very rules: what others open besides is their own business. Ours without its mark is one of theirs. */
function openByOthers({ over, flows }: Wanted, foreign: readonly Rule[]): Rule[] {
  const keys = new Set(foreign.map(ruleKey));
  const ended = over.map(({ rule }) => rule).filter((rule) => keys.has(ruleKey(rule)));
  return distinctRules(ended.filter((rule) => !flows.covers(flowOf(rule))));
}

function changeOf(step: Step, reasons: Reasons): SecurityGroupChange {
  switch (step.kind) {
    case "open":
      return { kind: "open", rule: step.opening.rule, ...reasons.opening(step.opening) };
    case "rewrite": {
      const { opening, closing, waitsFor } = step;
      const { id, rule: from } = closing;
      return { kind: "rewrite", id, from, rule: opening.rule, ...reasons.opening(opening), waitsFor };
    }
    case "close": {
      const { closing, waitsFor } = step;
      const { id, rule } = closing;
      return { kind: "close", id, rule, ...reasons.closing(closing), waitsFor };
    }
  }
}

/** Also of what could not be put right. */
function driftOf({ steps, notOpened, notClosed }: Ordered, { opening, closing }: Reasons): Drift[] {
  const opens = [...steps.flatMap((step) => (step.kind === "close" ? [] : [step.opening])), ...notOpened];
  const closes = [...steps.flatMap((step) => (step.kind === "open" ? [] : [step.closing])), ...notClosed];
  return [
    ...opens.map((one) => ({ rule: one.rule, ...opening(one) })),
    ...closes.map((one) => ({ rule: one.rule, id: one.id, ...closing(one) })),
  ].filter(({ reason }) => reason !== "awaiting-consent");
}

function refusalOf({ notOpened, notClosed }: Ordered): SecurityGroupRefusal | null {
  if (notOpened.length === 0 && notClosed.length === 0) return null;
  const rules = (of: readonly { readonly rule: Rule }[]): Rule[] => of.map(({ rule }) => rule);
  return { reason: "group-full", notOpened: rules(notOpened), notClosed: rules(notClosed) };
}
