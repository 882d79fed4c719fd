/** What really happened of what is told of refused callers: found in the lines that relay wrote, and in nothing of ours. */
import type { Instant } from "../../shared/runtime/instant.ts";
import { DESIRED_AUTH } from "./callers-link.ts";
import type { RelayLog, SaidLine } from "./clouds/relay-log.ts";

export const { limits: LIMITS } = DESIRED_AUTH;
/** Of a function's clock, beside whole seconds (draw-faults.ts). */
export const SKEW_SECONDS = 6;

/** What is told of a reason of relay's (docs/workloads.md, docs/operating.md). */
export const CLASS_OF: ReadonlyMap<string | null, string> = new Map([
  ["no-certificate", "no-certificate"],
  ["unknown-ca", "unknown-ca"],
  ["handshake-failed", "unknown"],
  ["expired", "expired"],
  ["revoked", "revoked"],
  ["api-key-unknown", "bad-api-key"],
]);

/** Of those that were written from `at` on, latest first. */
export function linesSince({ lines }: RelayLog, at: Instant, holds: (line: SaidLine) => boolean): SaidLine[] {
  const found: SaidLine[] = [];
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index];
    if (line === undefined || line.at < at) break;
    if (holds(line)) found.push(line);
  }
  return found;
}

export const isRefusal = ({ reason }: SaidLine): boolean => CLASS_OF.has(reason);
export const isStrangers = (line: SaidLine): boolean => line.who === "stranger" && isRefusal(line);
export const isOwn = (line: SaidLine): boolean => line.who === "own" && isRefusal(line);
export const isGiven = ({ givenAt }: SaidLine): boolean => givenAt !== null;
export const isTakenBefore =
  (at: Instant) =>
  ({ takenAt }: SaidLine): boolean =>
    takenAt !== null && takenAt < at;

/** As the key of its incident ends: IPv4 has points alone, IPv6 colons. */
export const callerOf = ({ reason, source }: SaidLine): string =>
  `${CLASS_OF.get(reason)}:${source.includes(":") ? `v6-${source.replaceAll(":", "-")}` : source.replaceAll(".", "-")}`;

/** The most of them at once: within so many seconds, by what each counts as. Latest first, as they are found. */
export function mostWithin(
  lines: readonly SaidLine[],
  seconds: number,
  countOf: (within: readonly SaidLine[]) => number,
): number {
  let most = 0;
  for (let from = 0, to = 0; from < lines.length; from += 1) {
    const first = lines[from];
    while (to < lines.length && (first?.at ?? 0) - (lines[to]?.at ?? 0) <= seconds) to += 1;
    most = Math.max(most, countOf(lines.slice(from, to)));
  }
  return most;
}

export const countSources = (lines: readonly SaidLine[]): number =>
  new Set(lines.map(({ source }) => source)).size;

export function byCaller(lines: readonly SaidLine[]): Map<string, SaidLine[]> {
  const all = new Map<string, SaidLine[]>();
  for (const line of lines) {
    const caller = callerOf(line);
    all.set(caller, [...(all.get(caller) ?? []), line]);
  }
  return all;
}
