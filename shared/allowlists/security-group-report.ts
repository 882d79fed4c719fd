/** What a run found and did in one security group, for its report. Nothing is put right because of it. */
import type { Instant } from "../runtime/instant.ts";
import { type Applied, type Failed, placeOf } from "./apply-security-group.ts";
import { attribute } from "./attribute.ts";
import { wishDigest } from "./consent.ts";
import type { GroupReport, ToldChange, ToldDrift, ToldFailure } from "./group-report.ts";
import { type ReportDraft, reportOf, toldDoing, toldException, toldRule } from "./report-draft.ts";
import type { AwsGroup, Drift, Rule } from "./schema.ts";
import type { SecurityGroupChange, SecurityGroupPlan } from "./security-group.ts";
import type { SeenChange } from "./seen.ts";

/** One look at a group, and what followed. */
export interface Round {
  readonly plan: SecurityGroupPlan;
  /** Null: nothing could be written. */
  readonly applied: Applied | null;
}

export interface RoundsOfGroup {
  readonly desired: AwsGroup;
  /** When it was first looked at. */
  readonly at: Instant;
  /** Of what is written down before the first write (group-report.ts). */
  readonly begunUntil?: Instant;
  /** At least one. */
  readonly rounds: readonly [Round, ...Round[]];
  /** Why nothing was written although the group's own rules allow it; null when it was. */
  readonly withheldFor: "frozen" | "plan-only" | null;
  /** The changes by others that were heard of. */
  readonly changes: readonly SeenChange[];
  readonly inOrderAt: Instant | null;
}

export function securityGroupReport(of: RoundsOfGroup): GroupReport {
  const { desired, at, begunUntil, rounds, withheldFor, changes } = of;
  const { plan, applied } = rounds.at(-1) ?? rounds[0];
  const group = desired.name;
  return reportOf({
    group,
    at,
    begunUntil,
    wish: wishDigest(desired),
    drift: driftOf(of),
    done: rounds.flatMap((round) => (round.applied?.done ?? []).map(toldChange)),
    withheld: withheldOf(plan, withheldFor),
    awaitingConsent: plan.awaitingConsent,
    failures: (applied?.failed ?? []).map(toldFailure),
    troubles: troublesOf(of, plan, applied),
    isMore: (applied?.postponed.length ?? 0) > 0,
    nextAt: plan.nextAt,
    seen: changes.filter(({ groups }) => groups === "all" || groups.includes(group)),
  });
}

/**
 * What was really so, each once. What EC2 said was otherwise than observed was none, nor was what a later look shows no
 * more without us.
 */
function driftOf({ desired, rounds, changes, inOrderAt }: RoundsOfGroup): ToldDrift[] {
  const found = new Map<string, Drift>();
  const healed = new Set<string>();
  for (const { plan, applied } of rounds) {
    for (const [key, drift] of found) if (!healed.has(placeOf(drift))) found.delete(key);
    for (const drift of plan.drift) found.set(`${placeOf(drift)} ${drift.reason}`, drift);
    for (const [key, drift] of found) {
      const place = placeOf(drift);
      if (applied?.needless.has(place) === true && !healed.has(place)) found.delete(key);
    }
    for (const change of applied?.done ?? []) for (const place of placesOf(change)) healed.add(place);
  }
  return [...found.values()].flatMap((drift) => {
    // Whoever opened what was open already has opened it.
    const done = drift.isByOthers === true ? { ...drift, reason: "unwanted" as const } : drift;
    const doing = toldDoing(attribute({ group: desired.name, drift: done, inOrderAt }, changes));
    return toldDrift(drift, doing, healed.has(placeOf(drift)));
  });
}

/** A rewrite puts right both what is there and what is missing. */
function placesOf(change: SecurityGroupChange): string[] {
  switch (change.kind) {
    case "open":
      return [placeOf({ rule: change.rule })];
    case "close":
      return [placeOf(change)];
    case "rewrite":
      return [placeOf({ rule: change.rule }), placeOf(change)];
  }
}

function toldDrift(
  { reason, rule, id, exception }: Drift,
  doing: Pick<ToldDrift, "certainty" | "change">,
  isHealed: boolean,
): ToldDrift[] {
  // What waits for a person is no drift, and told by itself.
  if (reason === "awaiting-consent") return [];
  return [
    {
      reason,
      rule: toldRule(rule),
      ...(id === undefined ? {} : { id }),
      ...(exception === undefined ? {} : { exception: toldException(exception) }),
      ...doing,
      isHealed,
    },
  ];
}

const toldChange = (change: SecurityGroupChange): ToldChange => ({
  kind: change.kind,
  rule: toldRule(change.rule),
  ...(change.kind === "open" ? {} : { id: change.id }),
  reason: change.reason,
});

const toldFailure = ({ change, error }: Failed): ToldFailure => ({
  change: toldChange(change),
  code: error.code,
  isLasting: !error.retryable,
});

function withheldOf(plan: SecurityGroupPlan, because: RoundsOfGroup["withheldFor"]): ReportDraft["withheld"] {
  if (plan.withheld !== null) {
    return { because: plan.withheld.because, changes: plan.withheld.changes.map(toldChange) };
  }
  return because === null ? null : { because, changes: plan.changes.map(toldChange) };
}

/** What passes the rules of a list is no business of the group's: only who has changed it is heard, and told. */
function changedLists({ rules, exceptions }: AwsGroup, changes: readonly SeenChange[]): Rule[] {
  const touched = new Set(changes.flatMap(({ what }) => what.touched));
  return [...rules, ...exceptions.map(({ rule }) => rule)].filter(
    ({ peer }) => peer.kind === "prefix-list" && touched.has(peer.id),
  );
}

function troublesOf(
  { desired, changes }: RoundsOfGroup,
  { refused, openByOthers, unreadable }: SecurityGroupPlan,
  applied: Applied | null,
): ReportDraft["troubles"] {
  const lists = changedLists(desired, changes);
  const told = (rules: readonly Rule[]) => rules.map(toldRule);
  const left = (applied?.left ?? []).map(({ rule }) => rule);
  const stuck = refused?.reason === "group-full" ? refused.notClosed : [];
  return [
    ...(refused?.reason === "no-such-group" ? [{ kind: "no-such-group" as const, rules: [] }] : []),
    ...(refused?.reason === "group-full" && refused.notOpened.length > 0
      ? [{ kind: "group-full" as const, rules: told(refused.notOpened) }]
      : []),
    ...(left.length + stuck.length > 0
      ? [{ kind: "cannot-close" as const, rules: told([...stuck, ...left]) }]
      : []),
    ...(openByOthers.length > 0 ? [{ kind: "open-by-others" as const, rules: told(openByOthers) }] : []),
    ...(unreadable.length > 0 ? [{ kind: "unreadable-rule" as const, rules: unreadable }] : []),
    ...(lists.length > 0 ? [{ kind: "prefix-list-changed" as const, rules: told(lists) }] : []),
  ];
}
