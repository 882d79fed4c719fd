/**
 * The report of a run over one NSG: what differed and who is named for it, what was written, what is left. Only what
 * this run has put right, or what is still so, is told as a difference: what another run has mended is told by that.
 */
import type { Instant } from "../runtime/instant.ts";
import { attribute } from "./attribute.ts";
import { wishDigest } from "./consent.ts";
import type { GroupReport, ToldDrift } from "./group-report.ts";
import { boxOf, contains } from "./nsg-box.ts";
import type { NsgChange } from "./nsg-draft.ts";
import { driftKey, type NsgDrift } from "./nsg-drift.ts";
import type { NsgPlan } from "./nsg-plan.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { readingOf } from "./nsg-rule.ts";
import type { NsgRun, NsgWrite } from "./nsg-run.ts";
import { everythingOf, nsgRuleText, toldNsgChange, toldNsgFailure, toldNsgTroubles } from "./nsg-words.ts";
import { FINAL_DENY, labelOf } from "./nsg-write.ts";
import { type ReportDraft, reportOf, toldDoing, toldException, toldRule } from "./report-draft.ts";
import {
  type AzureGroup,
  type Consent,
  type Drift,
  type Exception,
  markPrefix,
  type Rule,
} from "./schema.ts";
import type { SeenChange } from "./seen.ts";

export interface HeardOf {
  /** All that was heard of changes to the group lately. */
  readonly changes: readonly SeenChange[];
  /** The ids of those for which it is looked at now: they are told whether or not they explain anything. */
  readonly fresh: readonly string[];
  /** When it was last seen as it should be; null: never, by whoever heard of these. */
  readonly inOrderAt: Instant | null;
}
export const NOTHING_HEARD: HeardOf = { changes: [], fresh: [], inOrderAt: null };

export interface NsgReportInput {
  readonly link: string;
  readonly desired: AzureGroup;
  readonly consent: Consent;
  readonly run: NsgRun;
  /** Why nothing may be written, where the plan itself does not say so. */
  readonly withheldBecause: "frozen" | "plan-only" | null;
  /** Of what is noted before the first write (group-report.ts). */
  readonly begunUntil?: Instant | undefined;
  readonly heard: HeardOf;
}

export function nsgGroupReport(input: NsgReportInput): GroupReport {
  const { desired, run } = input;
  const { plan } = run;
  const drift = told(input);
  return reportOf({
    group: desired.name,
    at: run.at,
    begunUntil: input.begunUntil,
    wish: wishDigest(desired),
    drift,
    done: run.done.map(toldNsgChange),
    withheld: withheldOf(input),
    awaitingConsent: plan.awaitingConsent,
    failures: run.failures.map(toldNsgFailure),
    troubles: toldNsgTroubles(plan),
    isMore: run.isMore,
    nextAt: plan.nextAt,
    seen: seenIn(input.heard, drift),
  });
}

/** Those that explain something come last: of more than are told, they are. */
function seenIn({ changes, fresh }: HeardOf, drift: readonly ToldDrift[]): SeenChange[] {
  const named = new Set(drift.map(({ change }) => change));
  const others = changes.filter(({ id }) => fresh.includes(id) && !named.has(id));
  return [...others, ...changes.filter(({ id }) => named.has(id))];
}

function withheldOf({ run, withheldBecause }: NsgReportInput): ReportDraft["withheld"] {
  const { plan, rules } = run;
  const toldChanges = (changes: NsgPlan["changes"]) =>
    changes.map((change) => {
      const before = rules?.find(({ name }) => isNamed(name, change.name)) ?? null;
      return toldNsgChange({ change, before });
    });
  // A group that is only looked at is that whether or not the link is frozen.
  if (plan.withheld !== null)
    return { because: plan.withheld.because, changes: toldChanges(plan.withheld.changes) };
  const because = run.isFrozen ? "frozen" : withheldBecause;
  return because === null ? null : { because, changes: toldChanges(plan.changes) };
}

function told(input: NsgReportInput): ToldDrift[] {
  const { plan, drift, done, unseen } = input.run;
  const left = new Set(plan.drift.map(driftKey));
  return drift.flatMap((one) => {
    const isLeft = left.has(driftKey(one)) && !(unseen !== null && mends(unseen, one));
    const isHealed = !isLeft && done.some((write) => mends(write, one));
    return isLeft || isHealed ? [toldDrift(input, one, isHealed)] : [];
  });
}

/** Of the rules that were there at any time of the run, in lower case. */
function namesSeen({ rules, drift, done }: NsgRun): ReadonlySet<string> {
  const names = [
    ...(rules ?? []).map(({ name }) => name),
    ...drift.flatMap((one) => nameOf(one) ?? []),
    ...done.map(({ change }) => change.name),
  ];
  return new Set(names.map((name) => name.toLowerCase()));
}

const isNamed = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

function textOf(drift: NsgDrift): string {
  switch (drift.kind) {
    case "closed":
      return toldRule(drift.rule);
    case "open":
      return nsgRuleText(drift.observed);
    case "open-by-default":
      return everythingOf(drift.direction);
  }
}

const nameOf = (drift: NsgDrift): string | null => (drift.kind === "open" ? drift.observed.name : null);

function mends({ change }: NsgWrite, drift: NsgDrift): boolean {
  switch (drift.kind) {
    case "closed":
      return change.kind === "put"
        ? change.rule.access === "allow" && nsgRuleText(change.rule) === toldRule(drift.rule)
        : change.reason === "blocking";
    case "open":
      return isNamed(change.name, drift.observed.name) || isShutBy(change, drift.observed);
    case "open-by-default":
      return (
        change.kind === "put" &&
        (change.reason === "final-deny" || change.reason === "shut") &&
        change.rule.direction === drift.direction
      );
  }
}

const isShutBy = (change: NsgChange, { direction, priority }: NsgRule): boolean =>
  change.kind === "put" &&
  change.reason === "shut" &&
  change.rule.direction === direction &&
  change.rule.priority < priority;

function toldDrift(input: NsgReportInput, drift: NsgDrift, isHealed: boolean): ToldDrift {
  const name = nameOf(drift);
  const exception = exceptionOf(input, drift);
  return {
    reason: drift.kind === "open-by-default" ? drift.kind : drift.reason,
    rule: textOf(drift),
    ...(name === null ? {} : { id: name }),
    ...(exception === undefined ? {} : { exception: toldException(exception) }),
    ...toldDoing(doingOf(input, drift, exception)),
    isHealed,
  };
}

function exceptionOf({ desired, run }: NsgReportInput, drift: NsgDrift): Exception | undefined {
  if (drift.kind === "closed") return drift.exception;
  if (drift.kind === "open-by-default" || drift.reason !== "exception-over") return undefined;
  const ended = desired.exceptions
    .filter(({ until, rule }) => until <= run.at && rule.direction === drift.observed.direction)
    .toSorted((one, other) => one.until - other.until);
  const { maybe } = readingOf(drift.observed);
  return (
    ended.findLast(({ rule }) => toldRule(rule) === textOf(drift)) ??
    // Somebody's own rule need not be written as ours was.
    ended.findLast(({ rule }) => {
      const box = boxOf(rule);
      return box !== null && maybe.some((open) => contains(box, open) || contains(open, box));
    })
  );
}

/** Events of Azure hold no rules: they name what was touched, and that is what is compared. */
const ANY_RULE: Omit<Rule, "direction"> = {
  protocol: "all",
  ports: null,
  peer: { kind: "cidr", cidr: "0.0.0.0/0" },
  description: "",
};

function doingOf(input: NsgReportInput, drift: NsgDrift, exception: Exception | undefined) {
  const { desired } = input;
  const { changes, inOrderAt } = input.heard;
  const of = (one: Drift, among = changes) =>
    attribute({ group: desired.name, drift: one, inOrderAt }, among);
  const mark = markPrefix(input.link);
  switch (drift.kind) {
    case "open": {
      const { direction, name } = drift.observed;
      const more = exception === undefined ? {} : { exception };
      return of({ reason: drift.reason, rule: { ...ANY_RULE, direction }, id: name, ...more });
    }
    case "closed": {
      // Taken away, or a Deny put before it.
      const { reason, rule, by, exception: begun } = drift;
      const [deny] = by;
      const more = begun === undefined ? {} : { exception: begun };
      const doing = of({ reason, rule, ...more, id: deny ?? `${mark}${labelOf(rule)}` });
      if (doing.certainty !== "unknown" || deny !== undefined) return doing;
      // It may have had another name: that of a rule which nobody has seen since.
      const there = namesSeen(input.run);
      const gone = changes.filter(({ what }) => !what.touched.some((one) => there.has(one.toLowerCase())));
      return of({ reason, rule, ...more }, gone);
    }
    case "open-by-default": {
      const { direction } = drift;
      // Where nothing was ever applied, nobody has taken it away.
      const reason = input.consent.lastApplied === null ? "newly-wanted" : "missing";
      return of({ reason, rule: { ...ANY_RULE, direction }, id: `${mark}${direction}-${FINAL_DENY}` });
    }
  }
}
