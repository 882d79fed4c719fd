/** Why one certificate is as it is, and what happens next, in sentences. */
import type { DesiredCertificate } from "../../shared/certificates/plan.ts";
import type { CertificateVersion } from "../../shared/certificates/schema.ts";
import type { ChangeRecord } from "../../shared/journal/change.ts";
import type { OpenMatters } from "./open-matters.ts";
import { sayOrder, sayUnknown } from "./open-matters.ts";
import type { Planned, PlannedOrNot } from "./plan-answer.ts";
import { sayChange, toInstant } from "./say-history.ts";
import { type PlanContext, sayNext } from "./say-plan.ts";
import { sayInstant, sayInstantAndDistance } from "./times.ts";
import { sayProof, sayRequestReason } from "./words.ts";

export interface Explained {
  readonly desired: DesiredCertificate;
  readonly planned: PlannedOrNot;
  /** Of this certificate, the newest first. */
  readonly history: readonly ChangeRecord[];
  readonly open: OpenMatters;
}

const SINCE_MAX = 10;

export function sayExplained({ desired, planned, history, open }: Explained, context: PlanContext): string[] {
  const { name, purpose, holder, identity } = desired;
  const heading = `${name}: a ${purpose}'s certificate for ${holder}, in the name of ${identity.commonName}.`;
  const mine = {
    unknown: open.unknown.filter(({ certificate }) => certificate === name),
    orders: open.orders.filter(({ certificate }) => certificate === name),
  };
  return [
    heading,
    ...(planned.outcome === "planned" ? sayState(desired, planned, history, context) : []),
    ...mine.unknown.map((intent) => sayUnknown(intent, context)),
    ...mine.orders.map((order) => sayOrder(order, context)),
    `Next: ${sayNext(planned, context)}`,
  ];
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
    ...sayCurrent(current, context),
    ...sayOrigin(history, merged, context),
    sayUse(desired, planned, current, context),
    ...saySince(merged < 0 ? [] : history.slice(0, merged), context),
  ];
}

function sayCurrent(
  { serial, version, enabled, notAfter }: CertificateVersion,
  context: PlanContext,
): string[] {
  const ends = notAfter <= context.now ? "ended" : "is good until";
  return [
    `The current one has the serial ${serial} (version ${version}), and ${ends} ${sayInstantAndDistance(notAfter, context)}.`,
    ...(enabled ? [] : ["Somebody disabled it."]),
  ];
}

/** From the request that led to it to its merge. */
function sayOrigin(history: readonly ChangeRecord[], merged: number, context: PlanContext): string[] {
  const merge = history[merged];
  if (merge === undefined) {
    return [
      "How it came to be is not recorded: it is older than the record, somebody else merged it, or the record of its merge is still to be found.",
    ];
  }
  const request = history.slice(merged).find(({ kind }) => kind === "request");
  const at = sayInstant(toInstant(merge.at), context);
  if (request === undefined)
    return [`It was merged at ${at}, by ${merge.actor}. Its request is not recorded.`];
  const [reason] = request.reasons.filter((one) => one !== "found");
  const why =
    reason === undefined ? "by whom and why is not recorded" : `because ${sayRequestReason(reason)}`;
  const asked = sayInstant(toInstant(request.at), context);
  return [`It was asked for at ${asked}, ${why}, and merged at ${at}, by ${merge.actor}.`];
}

function sayUse(
  desired: DesiredCertificate,
  { proof, seenAt }: Planned,
  current: CertificateVersion,
  context: PlanContext,
): string {
  if (seenAt !== null) return `relay first accepted it at ${sayInstantAndDistance(seenAt, context)}.`;
  const until = current.createdAt + desired.proofWithinSeconds;
  const limit =
    desired.proof === "observed" && proof === "awaited"
      ? `, until ${sayInstantAndDistance(until, context)}`
      : "";
  return `Its use: ${sayProof(proof)}${limit}.`;
}

function saySince(history: readonly ChangeRecord[], context: PlanContext): string[] {
  return history
    .slice(0, SINCE_MAX)
    .toReversed()
    .map((change) => `Since then, at ${sayInstant(toInstant(change.at), context)}: ${sayChange(change)}.`);
}
