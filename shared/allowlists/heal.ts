/**
 * The allowlists' loop: looks at groups of both clouds, has them put right, and tells. One half in trouble hides nothing
 * that the other found, and never makes the run green; an alert for what only a person can mend does not make it red.
 */
import type { Freeze } from "../freeze/schema.ts";
import { finishRun } from "../reconcile/finish-run.ts";
import { sayFrozen } from "../reconcile/say-frozen.ts";
import type { Instant } from "../runtime/instant.ts";
import { type HandAsker, healThroughHand } from "./ask-hand.ts";
import type { GroupReport } from "./group-report.ts";
import type { GroupProblem, HalfReport } from "./half-report.ts";
import { healSecurityGroups, type SecurityGroupHealer } from "./heal-security-groups.ts";
import type { AllowlistGroup, Allowlists, AwsGroup } from "./schema.ts";
import type { SeenChange } from "./seen.ts";
import type { Standing, StandingStore } from "./standing.ts";

export interface Healer extends Omit<SecurityGroupHealer, "shrinkMax" | "store">, HandAsker {
  readonly allowlists: Allowlists;
  readonly store: StandingStore;
  /** Tells what was found and done; the answer is what a person should look at. */
  readonly tell: (found: Told) => Promise<readonly string[]>;
  /** Brings the hand the word about the freeze, and collects its notes; the answer as above. */
  readonly sweep: (freeze: Freeze) => Promise<readonly string[]>;
}

export interface Told {
  readonly reports: readonly GroupReport[];
  /** Groups that could not be looked at. */
  readonly unread: readonly GroupProblem[];
  readonly now: Instant;
}

export interface HealReport {
  /** How many groups were looked at. */
  readonly looked: number;
  /** How many rules were opened and closed in each group in which any was. */
  readonly healed: Readonly<Record<string, { readonly opened: number; readonly closed: number }>>;
  /** One short sentence for each thing that went wrong. */
  readonly trouble: readonly string[];
}

export interface Look {
  readonly groups: readonly AllowlistGroup[];
  /** Those that were heard of, when an event says to look; else none. */
  readonly changes: readonly SeenChange[];
}

export interface Healed extends HalfReport {
  readonly report: HealReport;
}

/** `alsoTrouble`: what has gone wrong in this run already. */
export async function healAllowlists(
  healer: Healer,
  standing: Standing,
  { groups, changes }: Look,
  alsoTrouble: readonly string[] = [],
): Promise<Healed> {
  const startedAt = healer.clock();
  sayFrozen(healer, standing.freeze);
  const withheldFor = standing.freeze.frozen ? ("frozen" as const) : null;
  const { shrinkMax } = healer.allowlists;
  const halves = await Promise.all([
    healSecurityGroups(
      { ...healer, shrinkMax },
      { groups: groups.filter(isAws), standing, changes, withheldFor },
    ),
    healThroughHand(healer, namesIn(groups, "azure")),
  ]);
  const found = joined(halves);
  const { reports, problems } = found;
  const told = await healer.tell({ reports, unread: problems, now: startedAt });
  const healed = healedIn(reports);
  const trouble = finishRun(healer, {
    startedAt,
    counts: { groups: groups.length, healed: Object.keys(healed).length },
    trouble: [
      ...alsoTrouble,
      ...found.trouble,
      ...problems.map(sayProblem),
      ...lastOfEach(reports).flatMap(sayLeft),
      ...told,
    ],
  });
  return { ...found, report: { looked: groups.length, healed, trouble } };
}

export const isAws = (group: AllowlistGroup): group is AwsGroup => group.cloud === "aws";

export const namesIn = (groups: readonly AllowlistGroup[], cloud: AllowlistGroup["cloud"]): string[] =>
  groups.filter((group) => group.cloud === cloud).map(({ name }) => name);

export const joined = (halves: readonly HalfReport[]): HalfReport => ({
  reports: halves.flatMap(({ reports }) => reports),
  problems: halves.flatMap(({ problems }) => problems),
  trouble: halves.flatMap(({ trouble }) => trouble),
});

function healedIn(reports: readonly GroupReport[]): HealReport["healed"] {
  const healed: Record<string, { opened: number; closed: number }> = {};
  for (const { group, opened, closed } of reports) {
    if (opened + closed === 0) continue;
    const before = healed[group] ?? { opened: 0, closed: 0 };
    healed[group] = { opened: before.opened + opened, closed: before.closed + closed };
  }
  return healed;
}

const sayProblem = ({ group, code }: GroupProblem): string => `${group} could not be looked at: ${code}`;

/** The hand is asked again for what it left, so that an earlier report's rest may be done by now. */
const lastOfEach = (reports: readonly GroupReport[]): GroupReport[] => [
  ...new Map(reports.map((report) => [report.group, report])).values(),
];

/** What another run may do better. What is lasting is told, and a run that fails for it would only be run again. */
function sayLeft({ group, failures, isMore }: GroupReport): string[] {
  const codes = new Set(failures.filter(({ isLasting }) => !isLasting).map(({ code }) => code));
  return [
    ...[...codes].map((code) => `${group}: not all could be put right: ${code}`),
    ...(isMore ? [`${group}: not all could be put right in one run`] : []),
  ];
}
