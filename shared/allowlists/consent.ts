/**
 * What needs a person's consent, and what counts as given. A person accepts one wish of the link for one group: the
 * next link's wish, if it is another, is not accepted by that.
 */
import { createHash } from "node:crypto";
import type { FlowSet } from "./flow-set.ts";
import { flowOf } from "./flows.ts";
import { distinctRules, ruleKey } from "./rule-key.ts";
import type { AllowlistGroup, Consent, Rule } from "./schema.ts";
import type { Wanted } from "./wanted.ts";

/** The digest of what a link wants of a group for good; exceptions have an end of their own, and are left out. */
export const wishDigest = ({ rules }: Pick<AllowlistGroup, "rules">): string =>
  createHash("sha256").update(distinctRules(rules).map(ruleKey).join("\n")).digest("hex");

const isAccepted = (desired: AllowlistGroup, { accepted }: Consent): boolean =>
  accepted !== null && accepted === wishDigest(desired);

export type Withheld = "report-mode" | "first-met";

/** Why nothing of a group may be touched; null when it may. */
export function withheldBecause(desired: AllowlistGroup, consent: Consent): Withheld | null {
  if (desired.mode === "report") return "report-mode";
  return consent.lastApplied === null && !isAccepted(desired, consent) ? "first-met" : null;
}

/**
 * The rules of the last applied link that stay open until somebody accepts their end: all that this one would
 * close, when they are more than `shrinkMax`. What rules of others keep open is not closed.
 */
export function heldRules(
  desired: AllowlistGroup,
  consent: Consent,
  wanted: Wanted,
  open: { readonly ours: FlowSet; readonly foreign: FlowSet },
): Rule[] {
  if (consent.lastApplied === null || isAccepted(desired, consent)) return [];
  const keys = new Set(wanted.rules.map(ruleKey));
  const shrinking = consent.lastApplied.filter(
    (rule) =>
      !keys.has(ruleKey(rule)) &&
      wanted.flows
        .missing(flowOf(rule))
        .flatMap((unwanted) => open.foreign.missing(unwanted))
        .some((closed) => open.ours.overlaps(closed)),
  );
  const held = distinctRules(shrinking);
  return held.length > consent.shrinkMax ? held : [];
}

/**
 * What to remember once a plan that touches the group has been carried out: what the link wants now, and what waits
 * for consent still. An acceptance is used up when nothing waits any more.
 */
export function consentAfter(
  desired: AllowlistGroup,
  consent: Consent,
  awaitingConsent: readonly Rule[],
): Consent {
  return {
    ...consent,
    lastApplied: distinctRules([...desired.rules, ...awaitingConsent]),
    accepted: awaitingConsent.length === 0 ? null : consent.accepted,
  };
}
