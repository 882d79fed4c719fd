/** The history in lines: when, what, why, and what it left behind. */
import type { ChangeRecord, Facts } from "../../shared/journal/change.ts";
import { type Moment, sayInstant } from "./times.ts";
import { sayKind, sayReason } from "./words.ts";

/** Reasons that `FOUND` (shared/certificates/record.ts) stands before were those of an earlier run. */
const FOUND = "found";

export function sayHistory(changes: readonly ChangeRecord[], moment: Moment): string[] {
  if (changes.length === 0) return ["no change is recorded"];
  const width = Math.max(...changes.map(({ target }) => target.length));
  return changes.flatMap((change) => [
    `${sayInstant(toInstant(change.at), moment)}  ${change.target.padEnd(width)}  ${sayChange(change)}`,
    ...[sayAfter(change, moment), sayBy(change)].filter((line) => line !== "").map((line) => `    ${line}`),
  ]);
}

/** What was done and why, such as `asked for a new one: its renewal was due`. */
export function sayChange({ kind, reasons }: ChangeRecord): string {
  const why = reasons.filter((reason) => reason !== FOUND).map((reason) => sayReason(kind, reason));
  const because = why.length === 0 ? "" : `: ${why.join("; ")}`;
  const found = reasons.includes(FOUND) ? " (found: the record of whoever made it is missing)" : "";
  return `${sayKind(kind)}${because}${found}`;
}

function sayAfter({ before, after }: ChangeRecord, moment: Moment): string {
  const { serial, notAfter } = after ?? {};
  const was = before?.["serial"];
  const told = [
    ...(typeof serial === "string" ? [`serial ${serial}`] : []),
    ...(typeof notAfter === "number" ? [`until ${sayInstant(notAfter, moment)}`] : []),
    ...(typeof was === "string" && was !== serial ? [`before: serial ${was}`] : []),
    ...sayAsked(before),
  ];
  return told.join(", ");
}

/** What a dropped request asked for. */
function sayAsked(before: Facts | null): string[] {
  const { commonName, dnsNames, key } = before ?? {};
  if (commonName === undefined) return [];
  return [`it asked for ${commonName}, ${dnsNames === "" ? "no DNS names" : dnsNames}, ${key}`];
}

function sayBy({ actor, requestIds }: ChangeRecord): string {
  const ids = Object.entries(requestIds).map(([service, id]) => `${service} ${id}`);
  return [`by ${actor}`, ...ids].join(", ");
}

export const toInstant = (iso: string): number => Math.floor(Date.parse(iso) / 1_000);
