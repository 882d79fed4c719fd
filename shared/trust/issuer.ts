/**
 * Decides from which CA of the link a certificate is issued. Pure.
 *
 * One thing must stay true: a leaf comes from a CA that every peer trusts, or from the CA of the leaf that it takes
 * the place of, which is trusted wherever that one is.
 */
import type { Instant } from "../runtime/instant.ts";
import { type LoadingReason, trustedEverywhere } from "./acknowledge.ts";
import { isNothingPublished } from "./hold.ts";
import type { CaId } from "./schema.ts";
import { type DesiredTrust, headOf, type KnownLeaf, type ObservedTrust } from "./state.ts";

export type GateReason =
  | LoadingReason
  /** Nothing more is issued from it. */
  | "closed"
  /** The hand was deployed before the link named it, and would not merge what it issues. */
  | "not-pinned"
  | "pins-unreadable"
  | "cannot-sign"
  | "signing-unknown";

export type Gate =
  | { readonly kind: "open" }
  | { readonly kind: "shut"; readonly reason: GateReason; readonly who: readonly string[] };

export interface IssuerQuestion {
  /** Its name: the hand that merges it is asked for its pins. */
  readonly certificate: string;
  /** The leaf that its holder is to present now; null when there is none. */
  readonly current: KnownLeaf | null;
  /** It ends so soon that there may be no later chance. */
  readonly ending: boolean;
}

export type IssuerReason =
  | "acknowledged"
  /** From the CA of the current one. */
  | "as-before"
  | "failover"
  /** No bundle was ever published: whom to trust is what relay's people say, as in a link without `trust`. */
  | "nothing-published"
  /** Its holder has none, or one that is about to end, and no CA is known to be trusted. */
  | "nothing-to-lose";

export type IssuerPlan =
  | {
      readonly kind: "issue";
      readonly ca: CaId;
      readonly reason: IssuerReason;
      /** At once, though the current one has time left: its CA is to be left, or its serial was revoked. */
      readonly replace: boolean;
    }
  | {
      readonly kind: "hold";
      /** Of the CA that would be the first choice. */
      readonly ca: CaId;
      readonly reason: GateReason;
      readonly who: readonly string[];
    };

export function planIssuer(
  desired: DesiredTrust,
  observed: ObservedTrust,
  question: IssuerQuestion,
  now: Instant,
): IssuerPlan {
  const { issuing, next, failover } = desired;
  const target = (next ?? issuing).id;
  const gate = (ca: CaId) => gateOf(desired, observed, question.certificate, ca, now);
  const issue = (ca: CaId, reason: IssuerReason): IssuerPlan => ({
    kind: "issue",
    ca,
    reason,
    replace: isReplaced(desired, observed, question, ca),
  });
  const failsOver = failover !== null && gate(failover.id).kind === "open";
  const waits = !(question.ending && failsOver);
  const first = [target, issuing.id].find((ca) => mayIssue(gate(ca), waits));
  if (first !== undefined) return issue(first, "acknowledged");
  const before = asBefore(desired, observed, question, now);
  if (before !== null && (waits || observed.signs.get(before) === "yes")) return issue(before, "as-before");
  if (failsOver) return issue(failover.id, "failover");
  const last = question.current === null || question.ending ? lastResort(desired, observed, question) : null;
  if (last !== null) return issue(last, "nothing-to-lose");
  if (isNothingPublished(observed) && canIssue(observed, question, issuing.id))
    return issue(issuing.id, "nothing-published");
  const shut = gate(target);
  // An open gate is taken above, and one that is shut for an unknown signature alone is waited for.
  return shut.kind === "shut"
    ? { kind: "hold", ca: target, reason: shut.reason, who: shut.who }
    : issue(target, "acknowledged");
}

/** Whether leaves of one certificate may come from a CA, as far as the peers, the hand and the CA are concerned. */
export function gateOf(
  desired: DesiredTrust,
  observed: ObservedTrust,
  certificate: string,
  ca: CaId,
  now: Instant,
): Gate {
  const entry = headOf(observed)?.authorities.find(({ id }) => id === ca);
  if (entry !== undefined && entry.closedAt !== null) return shut("closed");
  const loading = trustedEverywhere(desired, observed, ca, now);
  if (loading.kind === "not-loaded") return shut(loading.reason, [loading.party, ...loading.replicas]);
  const pinned = observed.pinned.get(certificate) ?? "unreadable";
  if (pinned === "unreadable") return shut("pins-unreadable", [certificate]);
  if (!pinned.includes(ca)) return shut("not-pinned", [certificate]);
  const signs = observed.signs.get(ca) ?? "cannot-tell";
  if (signs === "no") return shut("cannot-sign");
  return signs === "yes" ? { kind: "open" } : shut("signing-unknown");
}

/** Whether it signs is best found out by asking it to, unless there is no time for that. */
const mayIssue = (gate: Gate, waits: boolean): boolean =>
  gate.kind === "open" || (waits && gate.reason === "signing-unknown");

/** Known to be trusted wherever the current leaf is, and so also once that one was revoked. */
function asBefore(
  desired: DesiredTrust,
  observed: ObservedTrust,
  question: IssuerQuestion,
  now: Instant,
): CaId | null {
  const { current } = question;
  if (current === null || current.issuer === "other" || current.notAfter <= now) return null;
  const { issuer } = current;
  return casOf(desired).includes(issuer) && canIssue(observed, question, issuer) ? issuer : null;
}

/** In the order in which peers are likely to trust them. */
const lastResort = (desired: DesiredTrust, observed: ObservedTrust, question: IssuerQuestion): CaId | null =>
  casOf(desired).find((ca) => canIssue(observed, question, ca)) ?? null;

function canIssue(observed: ObservedTrust, { certificate }: IssuerQuestion, ca: CaId): boolean {
  const head = headOf(observed);
  const entry = head?.authorities.find(({ id }) => id === ca);
  // A CA that is in the link and not in the bundle is one that was left, or that nobody has heard of yet.
  if (head !== null && entry?.closedAt !== null) return false;
  const pins = observed.pinned.get(certificate) ?? "unreadable";
  return pins !== "unreadable" && pins.includes(ca) && observed.signs.get(ca) !== "no";
}

/**
 * Whether one that has time left is to be replaced. Only the first choice is a reason to: else leaves would go back
 * and forth with each replica that is late. What the failover CA has issued stays until it is due.
 */
function isReplaced(
  desired: DesiredTrust,
  observed: ObservedTrust,
  { current }: IssuerQuestion,
  ca: CaId,
): boolean {
  if (current === null || !casOf(desired).some((id) => id === current.issuer)) return true;
  if (headOf(observed)?.revoked.some(({ serial }) => serial === current.serial)) return true;
  const { issuing, next, failover } = desired;
  return ca === (next ?? issuing).id && current.issuer !== ca && current.issuer !== failover?.id;
}

export const casOf = ({ issuing, next, failover }: DesiredTrust): readonly CaId[] =>
  [issuing, next, failover].flatMap((ca) => (ca === null ? [] : [ca.id]));

const shut = (reason: GateReason, who: readonly string[] = []): Gate => ({ kind: "shut", reason, who });
