/**
 * What needs a person's consent, and what counts as given. A person accepts one wish of the link for one group: the
 * next link's wish, if it is another, is not accepted by that.
 */
import { createHash } from "node:crypto";
import type { Instant } from "../runtime/instant.ts";
import { type Agreed, scopeOf } from "./agreed.ts";
import { FlowSet } from "./flow-set.ts";
import { flowOf } from "./flows.ts";
import { distinctRules, ruleKey } from "./rule-key.ts";
import type { AllowlistGroup, Consent, Rule } from "./schema.ts";
import type { Wanted } from "./wanted.ts";

/**
 * The digest of what a link wants for good, of which group of the cloud and of how much of it; exceptions have an end
 * of their own, and are left out.
 */
export function wishDigest(desired: AllowlistGroup): string {
  const { target, own, directions } = scopeOf(desired);
  const wish = [target, own, directions, distinctRules(desired.rules).map(ruleKey)];
  return createHash("sha256").update(JSON.stringify(wish)).digest("hex");
}

export const isAccepted = (desired: AllowlistGroup, { accepted }: Consent): boolean =>
  accepted !== null && accepted === wishDigest(desired);

export type Withheld = "report-mode" | "first-met";

/** Why nothing of a group may be touched; null when it may. `isInOrder`: there is nothing to do in it. */
export function withheldBecause(
  desired: AllowlistGroup,
  consent: Consent,
  isInOrder: boolean,
): Withheld | null {
  if (desired.mode === "report") return "report-mode";
  if (isAccepted(desired, consent)) return null;
  const isMet = consent.lastApplied !== null && (consent.isOfUnknownScope !== true || isInOrder);
  return isMet ? null : "first-met";
}

/**
 * The rules of the last applied link that stay open until somebody accepts their end: all that this one would
 * close, when they are more than `shrinkMax`. What rules of others keep open is not closed, and what this link wanted
 * for a time that is over says itself when it ends.
 */
export function heldRules(
  desired: AllowlistGroup,
  consent: Consent,
  wanted: Wanted,
  open: { readonly ours: FlowSet; readonly foreign: FlowSet },
): Rule[] {
  if (consent.lastApplied === null || isAccepted(desired, consent)) return [];
  const keys = new Set(wanted.rules.map(ruleKey));
  const over = new FlowSet(wanted.over.map(({ rule }) => flowOf(rule)));
  const shrinking = consent.lastApplied.filter(
    (rule) =>
      !keys.has(ruleKey(rule)) &&
      wanted.flows
        .missing(flowOf(rule))
        .flatMap((unwanted) => over.missing(unwanted))
        .flatMap((unwanted) => open.foreign.missing(unwanted))
        .some((closed) => open.ours.overlaps(closed)),
  );
  const held = distinctRules(shrinking);
  return held.length > consent.shrinkMax ? held : [];
}

/** So long may a cloud not show what is open, at most (EC2 is eventually consistent, by seconds as a rule). */
const UNSEEN_SECONDS = 300;

/**
 * What to remember once a plan that touches the group has been carried out: what the link wants now, what waits for
 * consent still, and for a while what would wait if it were open: one look may be of before it was opened, and what is
 * forgotten then would be closed by the next one, with nobody's consent. An acceptance is used up when nothing waits
 * any more.
 */
export function consentAfter(
  desired: AllowlistGroup,
  consent: Consent,
  awaitingConsent: readonly Rule[],
  now: Instant,
): Agreed {
  const unseen = unseenRules(desired, consent, awaitingConsent);
  const unseenSince = unseen.length === 0 ? null : (consent.unseenSince ?? now);
  const isForgotten = unseenSince === null || now >= unseenSince + UNSEEN_SECONDS;
  const waiting = [...awaitingConsent, ...(isForgotten ? [] : unseen)];
  return {
    scope: scopeOf(desired),
    lastApplied: distinctRules([...desired.rules, ...waiting]),
    accepted: waiting.length === 0 ? null : consent.accepted,
    unseenSince: isForgotten ? null : unseenSince,
  };
}

/** Of the last applied link, not wanted any more and not open: more of them than may be closed without consent. */
function unseenRules(desired: AllowlistGroup, consent: Consent, awaitingConsent: readonly Rule[]): Rule[] {
  if (isAccepted(desired, consent)) return [];
  const known = new Set([...desired.rules, ...awaitingConsent].map(ruleKey));
  const unseen = (consent.lastApplied ?? []).filter((rule) => !known.has(ruleKey(rule)));
  return unseen.length + awaitingConsent.length > consent.shrinkMax ? unseen : [];
}
