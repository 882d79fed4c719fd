/** What of one certificate a person should know: that its renewal is late or refused, or its use not proven. Pure. */
import type { Condition, Fact } from "../alerts/condition.ts";
import { type Instant, toIso } from "../runtime/instant.ts";
import { isLate } from "./late.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { Outcome } from "./report.ts";
import type { CertificateVersion } from "./schema.ts";

export interface CertificateView {
  readonly desired: DesiredCertificate;
  readonly outcome: Outcome;
  /** The newest version, as far as this run has seen; undefined when it could not. */
  readonly current: CertificateVersion | null | undefined;
}

export function certificateConditions(concern: string, view: CertificateView, now: Instant): Condition[] {
  return [
    ...lateCondition(concern, view, now),
    ...refusedCondition(concern, view),
    ...proofCondition(concern, view),
  ];
}

/** What is settled needs nothing, however near its end is. */
function lateCondition(
  concern: string,
  { desired, outcome, current }: CertificateView,
  now: Instant,
): Condition[] {
  if (outcome.outcome === "settled" || current === undefined || !isLate(desired, current, now)) return [];
  const isOver = current !== null && (current.notAfter <= now || !current.enabled);
  return [
    {
      key: `certificate:${desired.name}:late`,
      concern,
      severity: isOver ? "critical" : "warning",
      title: `${desired.name}: ${lateTitle(current, isOver)}`,
      facts: [
        ...(current === null ? [] : [{ label: "Ends", value: toIso(current.notAfter) }]),
        { label: "Why", value: whyOf(outcome) },
      ],
      actions: [],
      links: [],
      runbook: "certificate-late",
    },
  ];
}

function lateTitle(current: CertificateVersion | null, isOver: boolean): string {
  if (current === null) return "there is none yet";
  return isOver ? "has ended, and is not renewed" : "its renewal is late";
}

function whyOf(outcome: Outcome): string {
  switch (outcome.outcome) {
    case "failed":
      return `failed: ${outcome.operation}, ${outcome.code}`;
    case "refused":
    case "postponed":
      return `${outcome.outcome}: ${outcome.reason}`;
    case "frozen":
    case "settled":
    case "signing":
    case "unsettled":
      return outcome.outcome;
  }
}

function refusedCondition(concern: string, { desired, outcome }: CertificateView): Condition[] {
  const facts = refusalFacts(outcome);
  if (facts === null) return [];
  return [
    {
      key: `certificate:${desired.name}:refused`,
      concern,
      severity: "warning",
      title: `${desired.name}: cannot be renewed`,
      facts,
      actions: [],
      links: [],
      runbook: "certificate-refused",
    },
  ];
}

/** Null when nothing was refused. That the halves differ is told once, for all certificates. */
function refusalFacts(outcome: Outcome): Fact[] | null {
  if (outcome.outcome === "unsettled")
    return [{ label: "Reason", value: "unsettled: something undoes its changes" }];
  if (outcome.outcome !== "refused" || outcome.reason === "other-link") return null;
  return [
    { label: "Reason", value: outcome.reason },
    { label: "Detail", value: outcome.detail },
  ];
}

function proofCondition(concern: string, { desired, outcome, current }: CertificateView): Condition[] {
  if (outcome.outcome !== "settled" || outcome.proof !== "overdue") return [];
  return [
    {
      key: `certificate:${desired.name}:not-proven`,
      concern,
      severity: "warning",
      title: `${desired.name}: its new certificate was not seen in use in time`,
      facts: current === null || current === undefined ? [] : [{ label: "Serial", value: current.serial }],
      ...(current === null || current === undefined ? {} : { since: current.createdAt }),
      actions: [],
      links: [],
      runbook: "certificate-not-proven",
    },
  ];
}
