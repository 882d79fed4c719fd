/**
 * Makes the report of one group out of everything that a run found and did in it: counted first, then cut to what can
 * be told. Both halves make their reports here, so that one report has one id by whichever way it comes.
 */
import { createHash } from "node:crypto";
import { cut } from "../alerts/condition.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Attribution } from "./attribute.ts";
import {
  GroupReport,
  TOLD_CHANGES_MAX,
  TOLD_MAX,
  type ToldChange,
  type ToldDrift,
  type ToldException,
  type ToldFailure,
  type ToldSeen,
  type ToldTrouble,
} from "./group-report.ts";
import { ruleKey } from "./rule-key.ts";
import type { Exception, Rule } from "./schema.ts";
import type { SeenChange, SeenRule } from "./seen.ts";

/** Every list whole, however long. */
export interface ReportDraft {
  readonly group: string;
  readonly at: Instant;
  /** Of what is written down before the first write. */
  readonly begunUntil?: Instant | undefined;
  readonly wish: string;
  readonly drift: readonly ToldDrift[];
  readonly done: readonly ToldChange[];
  readonly withheld: {
    readonly because: NonNullable<GroupReport["withheld"]>["because"];
    readonly changes: readonly ToldChange[];
  } | null;
  readonly awaitingConsent: readonly Rule[];
  readonly failures: readonly ToldFailure[];
  readonly troubles: readonly { readonly kind: ToldTrouble["kind"]; readonly rules: readonly string[] }[];
  readonly isMore: boolean;
  readonly nextAt: Instant | null;
  /** What was heard of changes to this group by others. */
  readonly seen: readonly SeenChange[];
}

export function reportOf(draft: ReportDraft): GroupReport {
  const { group, at, begunUntil, wish, drift, done, withheld, failures, isMore, nextAt } = draft;
  const awaitingConsent = draft.awaitingConsent.map(toldRule);
  const seen = draft.seen.map(toldSeen);
  return GroupReport.parse({
    id: digestOf([
      ...[group, at, wish, drift, done, withheld, awaitingConsent, failures, draft.troubles, seen],
      ...(begunUntil === undefined ? [] : [begunUntil]),
    ]),
    group,
    at,
    ...(begunUntil === undefined ? {} : { begunUntil }),
    wish,
    drift: [...drift].sort(byDoing).slice(0, TOLD_MAX),
    driftCount: drift.length,
    healedCount: drift.filter(({ isHealed }) => isHealed).length,
    done: done.slice(0, TOLD_MAX),
    opened: done.filter(({ kind }) => kind !== "close").length,
    closed: done.filter(({ kind }) => kind !== "open").length,
    withheld: withheld && {
      because: withheld.because,
      changes: withheld.changes.slice(0, TOLD_MAX),
      count: withheld.changes.length,
    },
    awaitingConsent: awaitingConsent.slice(0, TOLD_MAX),
    awaitingCount: awaitingConsent.length,
    failures: [...failures].sort(byLasting).slice(0, TOLD_MAX),
    failureCount: failures.length,
    troubles: byKind(draft.troubles),
    isMore,
    nextAt,
    seen: seen.slice(-TOLD_CHANGES_MAX),
  });
}

/**
 * A report that fits into so many characters of JSON: of each list the later half is left out as often as it takes,
 * of the longest first. Its numbers stay.
 */
export function fitted(report: GroupReport, charactersMax: number): GroupReport {
  if (JSON.stringify(report).length <= charactersMax) return report;
  const lists = {
    drift: report.drift,
    done: report.done,
    awaitingConsent: report.awaitingConsent,
    failures: report.failures,
    seen: report.seen,
    withheld: report.withheld?.changes ?? [],
    troubles: report.troubles.flatMap(({ rules }) => rules),
  };
  const sizes = Object.entries(lists).map(([name, list]) => ({ name, size: JSON.stringify(list).length }));
  const [longest] = sizes.sort((one, other) => other.size - one.size);
  return longest === undefined || longest.size <= "[]".length
    ? report
    : fitted(halved(report, longest.name), charactersMax);
}

function halved(report: GroupReport, name: string): GroupReport {
  const half = <T>(list: readonly T[]): T[] => list.slice(0, Math.floor(list.length / 2));
  const { drift, done, awaitingConsent, failures, seen, withheld, troubles } = report;
  return {
    ...report,
    ...(name === "drift" && { drift: half(drift) }),
    ...(name === "done" && { done: half(done) }),
    ...(name === "awaitingConsent" && { awaitingConsent: half(awaitingConsent) }),
    ...(name === "failures" && { failures: half(failures) }),
    ...(name === "seen" && { seen: half(seen) }),
    ...(name === "withheld" && withheld && { withheld: { ...withheld, changes: half(withheld.changes) } }),
    ...(name === "troubles" && { troubles: troubles.map((one) => ({ ...one, rules: half(one.rules) })) }),
  };
}

/** As it stands in every text about it. */
export const toldRule = (rule: Rule): string => cut(ruleKey(rule), 300);

export const toldException = ({ author, reason, until }: Exception): ToldException => ({
  author,
  reason,
  until,
});

/** Who a difference is ascribed to, as a report has it. */
export const toldDoing = ({ certainty, change }: Attribution): Pick<ToldDrift, "certainty" | "change"> => ({
  certainty,
  change: change?.id ?? null,
});

/** However much an event holds: whoever is to be named for something is looked for in all of it. */
export const whatTexts = ({ call, what }: SeenChange) => ({
  call,
  ...what,
  added: what.added.map(seenRule),
  removed: what.removed.map(seenRule),
});

export function toldSeen(change: SeenChange): ToldSeen {
  const { id, at, actor, sourceAddress, tool, call, what } = change;
  const { added, removed, touched } = whatTexts(change);
  const isCut = [added, removed, touched].some(({ length }) => length > TOLD_MAX);
  return {
    id,
    at,
    actor,
    sourceAddress,
    tool,
    call,
    added: added.slice(0, TOLD_MAX),
    removed: removed.slice(0, TOLD_MAX),
    touched: touched.slice(0, TOLD_MAX),
    isComplete: what.isComplete && !isCut,
  };
}

function seenRule(rule: SeenRule): string {
  if (rule.direction !== null) return toldRule({ ...rule, direction: rule.direction });
  return toldRule({ ...rule, direction: "in" }).slice("in ".length);
}

/** What is somebody's doing comes first: it is what a person wants to hear of. Otherwise as it was given. */
const byDoing = (one: ToldDrift, other: ToldDrift): number => rankOf(one) - rankOf(other);
const rankOf = ({ certainty }: ToldDrift): number => (certainty === "link" ? 1 : 0);
const byLasting = (one: ToldFailure, other: ToldFailure): number =>
  Number(other.isLasting) - Number(one.isLasting);

function byKind(troubles: ReportDraft["troubles"]): ToldTrouble[] {
  const kinds = Map.groupBy(troubles, ({ kind }) => kind);
  return [...kinds].map(([kind, same]) => ({
    kind,
    rules: [...new Set(same.flatMap(({ rules }) => rules))].slice(0, TOLD_MAX),
  }));
}

const digestOf = (parts: readonly unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
