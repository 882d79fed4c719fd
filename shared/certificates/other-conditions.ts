/** What a person should know beside the certificates themselves: orders that do not get on, and strangers' certificates. Pure. */
import type { Condition } from "../alerts/condition.ts";
import { type Instant, toIso } from "../runtime/instant.ts";
import type { OpenOrder } from "./revoke.ts";
import type { UnknownIssue } from "./unknown-issue.ts";

/** A run or a few replace what others know the key of; this is longer. */
const COMPROMISED_MAX_SECONDS = 3_600;

export function orderCondition(concern: string, { order, waitsFor }: OpenOrder, now: Instant): Condition[] {
  const { serial, certificate, reason, orderedBy, orderedAt } = order;
  const compromised = reason === "KEY_COMPROMISE";
  const failed = typeof waitsFor === "object";
  const isStuck =
    failed ||
    waitsFor === "use-left-to-a-person" ||
    (compromised && now - orderedAt >= COMPROMISED_MAX_SECONDS);
  if (!isStuck) return [];
  return [
    {
      key: `revocation:${serial}`,
      concern,
      severity: compromised ? "critical" : "warning",
      title: `${certificate}: an order to revoke is not carried out`,
      facts: [
        { label: "Serial", value: serial },
        { label: "Ordered for", value: reason },
        { label: "By", value: orderedBy },
        { label: failed ? "Failed" : "Waits for", value: failed ? waitsFor.failed : waitsFor },
      ],
      since: orderedAt,
      actions: [],
      links: [],
      runbook: "revocation-stuck",
    },
  ];
}

/** Until it has ended: what becomes of it before that, only a person knows. */
export function unknownIssueCondition(concern: string, issue: UnknownIssue, now: Instant): Condition[] {
  const { certificate, serial, certificateArn, notAfter, foundAt, reason } = issue;
  if (notAfter <= now) return [];
  return [
    {
      key: `certificate:${certificate}:unknown-issue`,
      concern,
      severity: "critical",
      title: `${certificate}: somebody else had a certificate of its name signed`,
      facts: [
        { label: "Serial", value: serial },
        { label: "ARN", value: certificateArn },
        { label: "Ends", value: toIso(notAfter) },
        { label: "Known by", value: reason },
      ],
      since: foundAt,
      actions: [],
      links: [],
      runbook: "certificate-not-asked-for",
    },
  ];
}
