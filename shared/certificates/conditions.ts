/**
 * What of certificates a person should know, for as long as it holds.
 *
 * Pure: no clock, network or randomness. One thing must stay true: of what could not be looked at nothing is said to be
 * over.
 */
import type { Condition } from "../alerts/condition.ts";
import type { Instant } from "../runtime/instant.ts";
import { type CertificateView, certificateConditions } from "./certificate-conditions.ts";
import { orderCondition, unknownIssueCondition } from "./other-conditions.ts";
import type { OpenOrder } from "./revoke.ts";
import { NO_TROUBLES, type Troubles } from "./troubles.ts";
import type { UnknownIssue } from "./unknown-issue.ts";

export interface ConditionsInput {
  readonly concern: string;
  readonly certificates: readonly CertificateView[];
  /** Those that this concern tells of. */
  readonly orders: readonly OpenOrder[];
  /** Null when they could not be read. */
  readonly unknownIssues: readonly UnknownIssue[] | null;
  /** What kept the run from looking at any certificate; null when nothing did. */
  readonly failure: { readonly operation: string; readonly code: string } | null;
  /** As they stood before. */
  readonly troubles: Troubles;
  readonly now: Instant;
}

export interface ConditionsPlan {
  readonly conditions: readonly Condition[];
  readonly complete: boolean;
  readonly troubles: Troubles;
}

/** As long as the halves may be of different versions during a deployment; a look may come a little early. */
const TOLD_AFTER_SECONDS = 900 - 60;
const NAMED_MAX = 8;

export function planCertificateConditions(input: ConditionsInput): ConditionsPlan {
  const { concern, certificates, now, failure, unknownIssues } = input;
  const troubles = troublesAfter(input);
  const conditions = [
    ...certificates.flatMap((view) => certificateConditions(concern, view, now)),
    ...otherLinkCondition(input, troubles),
    ...failingCondition(input, troubles),
    ...input.orders.flatMap((order) => orderCondition(concern, order, now)),
    ...(unknownIssues ?? []).flatMap((issue) => unknownIssueCondition(concern, issue, now)),
  ];
  const complete = failure === null && unknownIssues !== null && certificates.every(canTell);
  return { conditions: conditions.sort((one, other) => (one.key < other.key ? -1 : 1)), complete, troubles };
}

const isOtherLink = ({ outcome }: CertificateView): boolean =>
  outcome.outcome === "refused" && outcome.reason === "other-link";
const isFailing = ({ outcome }: CertificateView): boolean => outcome.outcome === "failed";

const canTell = (view: CertificateView): boolean =>
  !isOtherLink(view) &&
  !isFailing(view) &&
  !(view.outcome.outcome === "settled" && view.outcome.proof === "unknown");

function troublesAfter({ certificates, failure, troubles, now }: ConditionsInput): Troubles {
  // What was not looked at may be as it was.
  if (failure !== null) return { ...troubles, failingSince: troubles.failingSince ?? now };
  return {
    otherLinkSince: certificates.some(isOtherLink)
      ? (troubles.otherLinkSince ?? now)
      : NO_TROUBLES.otherLinkSince,
    failingSince: certificates.some(isFailing) ? (troubles.failingSince ?? now) : NO_TROUBLES.failingSince,
  };
}

const hasLasted = (since: Instant | null, now: Instant): since is Instant =>
  since !== null && now - since >= TOLD_AFTER_SECONDS;

function otherLinkCondition(
  { concern, certificates, now }: ConditionsInput,
  { otherLinkSince }: Troubles,
): Condition[] {
  const refused = certificates.filter(isOtherLink);
  if (refused.length === 0 || !hasLasted(otherLinkSince, now)) return [];
  return [
    {
      key: `${concern}:other-link`,
      concern,
      severity: "warning",
      title: "The two halves are built from different links or versions, so nothing is renewed",
      facts: [{ label: "Certificates", value: refused.length }],
      since: otherLinkSince,
      actions: [],
      links: [],
      runbook: "halves-that-differ",
    },
  ];
}

function failingCondition(
  { concern, certificates, failure, now }: ConditionsInput,
  { failingSince }: Troubles,
): Condition[] {
  if (!hasLasted(failingSince, now)) return [];
  const failing = certificates.flatMap(({ desired, outcome }) =>
    outcome.outcome === "failed"
      ? [{ label: desired.name, value: `${outcome.operation}: ${outcome.code}` }]
      : [],
  );
  const facts =
    failure === null ? failing : [{ label: "All", value: `${failure.operation}: ${failure.code}` }];
  return [
    {
      key: `${concern}:failing`,
      concern,
      severity: "warning",
      title:
        failure === null
          ? `${failing.length} of ${certificates.length} certificates cannot be looked after`
          : "No certificate can be looked after",
      facts: facts.slice(0, NAMED_MAX),
      since: failingSince,
      actions: [],
      links: [],
      runbook: "certificates-failing",
    },
  ];
}
