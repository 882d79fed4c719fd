/** The history in lines: when, what and why, what was before and after, and who did it by which calls. */
import type { ChangeRecord, Facts } from "../../shared/journal/change.ts";
import { counted } from "./group-words.ts";
import { type Line, toLines } from "./line.ts";
import { type Moment, sayInstant, toInstant } from "./times.ts";
import { sayKind, sayReason } from "./words.ts";

/** Reasons that `FOUND` (shared/certificates/record.ts) stands before were those of an earlier run. */
const FOUND = "found";

export function sayHistory(changes: readonly ChangeRecord[], moment: Moment): Line[] {
  if (changes.length === 0) return toLines(["no change is recorded"]);
  const width = Math.max(...changes.map(({ target }) => target.length));
  return toLines(
    changes.flatMap((change) => [
      `${sayInstant(toInstant(change.at), moment)}  ${change.target.padEnd(width)}  ${sayChange(change)}`,
      ...[...sayEffect(change, moment), sayBy(change)].map((line) => `    ${line}`),
    ]),
  );
}

/** What was done and why, such as `requested a new certificate: renewal due`. */
export function sayChange({ kind, reasons }: ChangeRecord): string {
  const why = reasons.filter((reason) => reason !== FOUND).map((reason) => sayReason(kind, reason));
  const because = why.length === 0 ? "" : `: ${why.join("; ")}`;
  const found = reasons.includes(FOUND) ? " (found: the record of whoever made it is missing)" : "";
  return `${sayKind(kind)}${because}${found}`;
}

/** From what, to what; of other kinds of change only one side is ever known. */
function sayEffect({ kind, before, after }: ChangeRecord, moment: Moment): string[] {
  const nothing = kind === "request" || kind === "promote" ? "none" : "";
  const from = before === null ? nothing : sayFacts(before, moment);
  const to = after === null ? "" : sayFacts(after, moment);
  const sides = [from, to].filter((side) => side !== "");
  return sides.length === 0 ? [] : [sides.join(" -> ")];
}

/** The facts that a person knows a thing by; the rest of them is in the answer for machines. */
function sayFacts(facts: Facts, moment: Moment): string {
  const { serial, requestId, notAfter, orderedBy, act, outcome, frozen } = facts;
  const request = requestId === undefined ? [] : [`request ${requestId}`];
  return [
    ...(serial === undefined ? request : [`serial ${serial}`]),
    ...sayAsked(facts),
    ...(typeof notAfter === "number" ? [`until ${sayInstant(notAfter, moment)}`] : []),
    ...(orderedBy === undefined ? [] : [`as ${orderedBy} ordered`]),
    ...(act === undefined ? [] : [`${act}: ${outcome ?? "no outcome"}`]),
    ...(frozen === undefined ? [] : [`frozen: ${frozen}`]),
    ...sayGroupFacts(facts),
  ].join(", ");
}

/** What a run found in a group of rules and did, and whose doing it was, as far as that is known. */
function sayGroupFacts({
  drift,
  opened,
  openedRules,
  closed,
  closedRules,
  failed,
  inOrderSince,
  ...facts
}: Facts): string[] {
  const rules = (did: string, count: unknown, which: unknown): string[] =>
    typeof count === "number" && count > 0
      ? [`${did} ${counted(count, "rule")}${which === undefined ? "" : ` (${which})`}`]
      : [];
  const { who, from, with: tool } = facts;
  const how = [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(tool === undefined ? [] : [`with ${tool}`]),
  ];
  return [
    ...(typeof drift === "number" ? [counted(drift, "difference")] : []),
    ...rules("opened", opened, openedRules),
    ...rules("closed", closed, closedRules),
    // By a run that died before it could say what it wrote.
    ...(typeof inOrderSince === "number" ? [`in order since: ${counted(inOrderSince, "difference")}`] : []),
    ...(typeof failed === "number" && failed > 0 ? [`${counted(failed, "change")} failed`] : []),
    ...(who === undefined ? [] : [[`changed by ${who}`, ...how].join(", ")]),
  ];
}

/** What a dropped request asked for. */
function sayAsked({ commonName, dnsNames, key }: Facts): string[] {
  if (commonName === undefined) return [];
  const names = dnsNames === undefined || dnsNames === "" ? "no DNS names" : dnsNames;
  return [`for ${commonName}, ${names}, ${key ?? "no key that is known"}`];
}

function sayBy({ actor, requestIds }: ChangeRecord): string {
  const ids = Object.entries(requestIds).map(([service, id]) => `${service} ${id}`);
  return [`by ${actor}`, ...ids].join(", ");
}
