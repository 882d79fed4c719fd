/** Why one certificate is as it is, and what happens next, in sentences. */
import type { DesiredCertificate } from "../../shared/certificates/plan.ts";
import type { CertificateVersion } from "../../shared/certificates/schema.ts";
import type { ChangeRecord } from "../../shared/journal/change.ts";
import { type Line, toLines } from "./line.ts";
import { type OpenMatters, sayOrder, sayUnknown } from "./open-matters.ts";
import type { Planned, PlannedOrNot } from "./plan-answer.ts";
import { sayChange } from "./say-history.ts";
import { type PlanContext, sayNext } from "./say-plan.ts";
import { sayInstant, sayInstantAndDistance, toInstant } from "./times.ts";
import { sayProof, sayRequestReason } from "./words.ts";

export interface Explained {
  readonly desired: DesiredCertificate;
  readonly planned: PlannedOrNot;
  /** Of this certificate, the newest first. */
  readonly history: readonly ChangeRecord[];
  readonly open: OpenMatters;
}

const SINCE_MAX = 10;

export function sayExplained({ desired, planned, history, open }: Explained, context: PlanContext): Line[] {
  const { name, purpose, holder, identity } = desired;
  const mine = {
    unknown: open.unknown.filter(({ certificate }) => certificate === name),
    orders: open.orders.filter(({ certificate }) => certificate === name),
  };
  return toLines([
    `${name}: the certificate of ${holder} as a TLS ${purpose}, in the name of ${identity.commonName}.`,
    ...(planned.outcome === "planned" ? sayState(desired, planned, history, context) : []),
    ...mine.unknown.map((intent) => sayUnknown(intent, context)),
    ...mine.orders.map((order) => sayOrder(order, context)),
    `Next: ${sayNext(planned, context)}`,
  ]);
}

function sayState(
  desired: DesiredCertificate,
  planned: Planned,
  history: readonly ChangeRecord[],
  context: PlanContext,
): string[] {
  const { current } = planned;
  if (current === null) return ["There is none yet.", ...saySince(history, context)];
  const merged = history.findIndex(
    ({ kind, after }) => kind === "merge" && after?.["serial"] === current.serial,
  );
  return [
    ...sayCurrent(planned, current, context),
    ...sayOrigin(history, merged, context),
    sayUse(desired, planned, current, context),
    ...saySince(merged < 0 ? [] : history.slice(0, merged), context),
  ];
}

/** relay's newest one may still wait for being served; every other is current at once. */
function sayCurrent(
  { promotion, served }: Planned,
  { serial, version, enabled, notAfter }: CertificateVersion,
  context: PlanContext,
): string[] {
  const which =
    promotion === null || promotion.kind === "in-step"
      ? "current one"
      : "newest one, which relay does not serve yet,";
  const ends = notAfter <= context.now ? "ended" : "ends";
  return [
    `The ${which} has the serial ${serial} and ${ends} ${sayInstantAndDistance(notAfter, context)}. Its version is ${version}.`,
    ...(enabled ? [] : ["Somebody disabled it."]),
    ...(served === null || served.serial === serial ? [] : [sayServed(served, context)]),
  ];
}

const sayServed = ({ serial, notAfter }: CertificateVersion, context: PlanContext): string =>
  `relay serves ${serial}, which ${notAfter <= context.now ? "ended" : "ends"} ${sayInstantAndDistance(notAfter, context)}.`;

/** From the request that led to it to its merge. */
function sayOrigin(history: readonly ChangeRecord[], merged: number, context: PlanContext): string[] {
  const merge = history[merged];
  if (merge === undefined) {
    return [
      "How it came to be is not recorded: it is older than the record, somebody else merged it, or the record of its merge is still to be found.",
    ];
  }
  const at = sayInstant(toInstant(merge.at), context);
  const request = history.slice(merged).find(({ kind }) => kind === "request");
  if (request === undefined)
    return [`It was merged at ${at}, by ${merge.actor}. Its request is not recorded.`];
  const reasons = request.reasons.filter((one) => one !== "found").map(sayRequestReason);
  const why = reasons.length === 0 ? "why is not recorded" : reasons.join("; ");
  const asked = sayInstant(toInstant(request.at), context);
  return [`It was requested at ${asked}: ${why}. It was merged at ${at}, by ${merge.actor}.`];
}

function sayUse(
  desired: DesiredCertificate,
  { proof, seenAt }: Planned,
  current: CertificateVersion,
  context: PlanContext,
): string {
  if (seenAt !== null) return `First seen in use at ${sayInstantAndDistance(seenAt, context)}.`;
  const until = current.createdAt + desired.proofWithinSeconds;
  const limit =
    desired.proof === "observed" && (proof === "awaited" || proof === "overdue")
      ? `; it should ${proof === "overdue" ? "have been" : "be"} by ${sayInstantAndDistance(until, context)}`
      : "";
  return `${asSentence(sayProof(proof))}${limit}.`;
}

const asSentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

function saySince(history: readonly ChangeRecord[], context: PlanContext): string[] {
  return history
    .slice(0, SINCE_MAX)
    .toReversed()
    .map((change) => `Since then, at ${sayInstant(toInstant(change.at), context)}: ${sayChange(change)}.`);
}
