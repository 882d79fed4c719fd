/**
 * AWS's half of a run: looks at security groups, plans, and puts right what may be written. Each group stands alone:
 * what goes wrong in one is told, and keeps no other from being healed.
 */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Agreed, consentFor, saysSame } from "./agreed.ts";
import { applySecurityGroup, type GroupWriter, WRITE_RESERVE_MS } from "./apply-security-group.ts";
import { consentAfter } from "./consent.ts";
import type { GroupReport } from "./group-report.ts";
import type { GroupProblem, HalfReport } from "./half-report.ts";
import { type GroupObserver, observeSecurityGroups } from "./observe-security-groups.ts";
import { planSecurityGroup } from "./plan-security-group.ts";
import { ruleKey } from "./rule-key.ts";
import { type AwsGroup, type Consent, DIRECTIONS, type Drift } from "./schema.ts";
import type { ObservedSecurityGroup, SecurityGroupPlan } from "./security-group.ts";
import { logApplied, logPlanned } from "./security-group-log.ts";
import { type Round, type RoundsOfGroup, securityGroupReport } from "./security-group-report.ts";
import type { SecurityGroups } from "./security-groups.ts";
import type { SeenChange, SeenRule, SeenRules } from "./seen.ts";
import { type Kept, keptOf, type Standing, type StandingStore } from "./standing.ts";

export interface SecurityGroupHealer extends GroupObserver, GroupWriter {
  readonly groups: SecurityGroups;
  readonly store: Pick<StandingStore, "keep">;
  /** Of the link (schema.ts). */
  readonly shrinkMax: number;
  /** Writes down what is about to be put right (begun.ts). Never throws for a cloud's failure. */
  readonly begin: (reports: readonly GroupReport[]) => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
}

export interface GroupsToHeal {
  readonly groups: readonly AwsGroup[];
  readonly standing: Standing;
  /** Those that were heard of, when an event says to look; else none. */
  readonly changes: readonly SeenChange[];
  /** Why nothing may be written. */
  readonly withheldFor: "frozen" | "plan-only" | null;
}

/** An event asks EC2 twice at most, so that a flood of them leaves its rate of calls to the sweep. */
const CALLS_OF_EVENT_MAX = 2;
const ROUNDS_MAX = 3;
/** EC2 shows a write after a moment, hardly ever after more. */
const LOOK_AGAIN_AFTER_MS = 2_000;
/** A change that was made so lately may not show yet. */
const LATELY_SECONDS = 15;
/** Far below EC2's rates of calls, which all of an account share. */
const GROUPS_AT_ONCE = 5;

/** Never throws for a cloud's failure. */
export async function healSecurityGroups(
  healer: SecurityGroupHealer,
  wanted: GroupsToHeal,
): Promise<HalfReport> {
  const { clock, pause, remainingMs } = healer;
  const callsMax = wanted.changes.length > 0 ? CALLS_OF_EVENT_MAX : Number.POSITIVE_INFINITY;
  const { works, problems } = worksOf(wanted);
  const at = clock();
  let due = works;
  let calls = 0;
  for (let round = 0; due.length > 0 && round < ROUNDS_MAX && calls < callsMax; round += 1) {
    const isFirst = round === 0;
    if (!isFirst) {
      if (remainingMs() < WRITE_RESERVE_MS) break;
      await pause(LOOK_AGAIN_AFTER_MS);
    }
    const groups = due.map(({ desired }) => desired);
    const looking = { withSizes: wanted.changes.length === 0, exist: !isFirst };
    const looked = await observeSecurityGroups(healer, groups, looking);
    calls += looked.calls;
    for (const work of due) {
      await alone(healer, work, async () =>
        planGroup(healer, wanted, work, looked.groups.get(work.desired.group)),
      );
    }
    await writeDown(healer, wanted, due, at);
    await inParallel(GROUPS_AT_ONCE, due, (work) =>
      alone(healer, work, () => applyPlan(healer, wanted, work)),
    );
    due = due.filter((work) => needsAnotherLook(work, wanted.changes, clock()));
  }
  const trouble = await keepAll(healer, works);
  const reports: GroupReport[] = [];
  for (const work of works) {
    await alone(healer, work, async () => void reports.push(...reportOfWork(work, wanted, at)));
  }
  return { reports, problems: [...problems, ...works.flatMap(({ problem }) => problem ?? [])], trouble };
}

/** A group in this run. */
interface Work {
  readonly desired: AwsGroup;
  readonly kept: Kept;
  readonly rounds: Round[];
  /** What this look says is to be done. */
  plan: SecurityGroupPlan | null;
  isWrittenDown: boolean;
  /** Why it could not be looked at. */
  problem: GroupProblem | null;
}

/** What cannot be read may be a consent, or the lack of one: the group is left as it is. */
function worksOf({ groups, standing }: GroupsToHeal): { works: Work[]; problems: GroupProblem[] } {
  const works: Work[] = [];
  const problems: GroupProblem[] = [];
  for (const desired of groups) {
    const kept = keptOf(standing, desired.name);
    if (kept === "unreadable") problems.push({ group: desired.name, code: "unreadable-consent" });
    else works.push({ desired, kept, rounds: [], plan: null, isWrittenDown: false, problem: null });
  }
  return { works, problems };
}

/** A fault of ours in one group leaves no other open: the run goes on, says of which it was, and is red in the end. */
async function alone({ log }: SecurityGroupHealer, work: Work, heal: () => Promise<void>): Promise<void> {
  try {
    await heal();
  } catch (error) {
    const { name: group } = work.desired;
    log.error("allowlist.broken", { group, error: error instanceof Error ? error.name : typeof error });
    work.problem = { group, code: "internal-error" };
  }
}

function planGroup(
  { log, shrinkMax, clock }: SecurityGroupHealer,
  { withheldFor }: GroupsToHeal,
  work: Work,
  observed: ObservedSecurityGroup | CloudError | undefined,
): void {
  const { desired, kept, rounds } = work;
  const { name: group } = desired;
  work.plan = null;
  if (observed === undefined || observed instanceof CloudError) {
    const code = observed?.code ?? "not-answered";
    log.error("allowlist.unseen", { group, code });
    // What an earlier look has shown, and what was done then, is told all the same.
    if (rounds.length === 0) work.problem = { group, code };
    return;
  }
  work.plan = planSecurityGroup(desired, observed, consentFor(desired, kept, shrinkMax), clock());
  logPlanned({ log }, group, work.plan, withheldFor);
}

const mayApply = ({ withheldFor }: GroupsToHeal, plan: SecurityGroupPlan): boolean =>
  withheldFor === null && plan.withheld === null;

/** Once for each group: a run that dies after this is told of by a later one. */
async function writeDown(
  { begin, clock, remainingMs }: SecurityGroupHealer,
  wanted: GroupsToHeal,
  works: readonly Work[],
  at: Instant,
): Promise<void> {
  const begunUntil = clock() + Math.ceil(remainingMs() / 1_000);
  const reports = works.flatMap((work) => {
    const { plan, isWrittenDown } = work;
    if (plan === null || isWrittenDown || plan.changes.length === 0 || !mayApply(wanted, plan)) return [];
    work.isWrittenDown = true;
    return reportOfRounds(work.desired, wanted, { at, begunUntil, rounds: [{ plan, applied: null }] });
  });
  if (reports.length > 0) await begin(reports);
}

async function applyPlan(healer: SecurityGroupHealer, wanted: GroupsToHeal, work: Work): Promise<void> {
  const { desired, plan, rounds } = work;
  if (plan === null) return;
  work.plan = null;
  const applied = mayApply(wanted, plan) ? await applySecurityGroup(healer, desired, plan) : null;
  if (applied !== null) logApplied(healer, desired.name, applied);
  rounds.push({ plan, applied });
}

function needsAnotherLook({ rounds }: Work, changes: readonly SeenChange[], now: Instant): boolean {
  const last = rounds.at(-1);
  if (last === undefined) return false;
  if ((last.applied?.postponed.length ?? 0) > 0) return true;
  if (rounds.length > 1 || last.plan.refused !== null) return false;
  const lately = changes.filter(({ at }) => at === null || at >= now - LATELY_SECONDS);
  return lately.some(({ what }) => last.plan.drift.length === 0 || !isShown(what, last.plan.drift));
}

/** Of many rules that were changed at once, a look may show some and miss the others. */
function isShown({ added, removed, isComplete }: SeenRules, drift: readonly Drift[]): boolean {
  const keys = new Set(drift.map(({ rule }) => ruleKey(rule)));
  const directions = (seen: SeenRule) => (seen.direction === null ? DIRECTIONS : [seen.direction]);
  const isThere = (seen: SeenRule) =>
    directions(seen).some((direction) => keys.has(ruleKey({ ...seen, direction })));
  return isComplete && added.every(isThere) && removed.every(isThere);
}

function reportOfWork({ desired, rounds }: Work, wanted: GroupsToHeal, at: Instant): GroupReport[] {
  const [first, ...more] = rounds;
  return first === undefined ? [] : [reportOfRounds(desired, wanted, { at, rounds: [first, ...more] })];
}

function reportOfRounds(
  desired: AwsGroup,
  { changes, withheldFor, standing }: GroupsToHeal,
  of: Pick<RoundsOfGroup, "at" | "begunUntil" | "rounds">,
): GroupReport {
  const { inOrderAt } = standing.lookOf(desired.name);
  return securityGroupReport({ ...of, desired, withheldFor, changes, inOrderAt });
}

/** What went wrong, in short sentences: then the next run does it. */
async function keepAll(
  { store, shrinkMax, log, clock }: SecurityGroupHealer,
  works: readonly Work[],
): Promise<string[]> {
  const trouble: string[] = [];
  for (const { desired, kept, rounds } of works) {
    const { name: group } = desired;
    const before = consentFor(desired, kept, shrinkMax);
    const after = toKeep(desired, before, rounds.at(-1), clock());
    if (after === null || saysSame(kept, after)) continue;
    const written = await orCloudError(() => store.keep(group, { ...after, version: kept.version }));
    if (written === null) log.info("allowlist.other-run", { group });
    if (!(written instanceof CloudError)) continue;
    log.error("allowlist.consent-not-kept", { group, code: written.code });
    trouble.push(`${group}: what was applied of the link could not be written down: ${written.code}`);
  }
  return trouble;
}

/** Null unless all of the plan was carried out: what was not is still to come, and by the same consent. */
function toKeep(desired: AwsGroup, before: Consent, last: Round | undefined, now: Instant): Agreed | null {
  if (last === undefined || last.applied === null || last.plan.refused !== null) return null;
  const { failed, left, postponed } = last.applied;
  if (failed.length + left.length + postponed.length > 0) return null;
  return consentAfter(desired, before, last.plan.awaitingConsent, now);
}
