/**
 * What a run was about to put right, as it has written down before its first write: if it dies before it tells, a later
 * look says what has become of it. Pure.
 */
import type { GroupReport, ToldDrift } from "./group-report.ts";
import type { AllowlistMemory } from "./memory.ts";
import { fitted } from "./report-draft.ts";

export interface Begun {
  /** Of runs that may go on still, or that nobody has looked after yet. */
  readonly begun: readonly GroupReport[];
  /** What is in order since a run that never told: put right by it, or found so. */
  readonly settled: readonly GroupReport[];
}

export const isBegun = ({ begunUntil }: GroupReport): boolean => begunUntil !== undefined;

/** `reports`: all that are told now, each once. */
export function settleBegun(
  memory: Pick<AllowlistMemory, "begun" | "known" | "heals">,
  groups: readonly string[],
  reports: readonly GroupReport[],
): Begun {
  const all = [...memory.begun, ...reports.filter(isBegun)].filter(
    ({ id, group }) => groups.includes(group) && !memory.known.includes(id),
  );
  const looks = reports.filter((report) => !isBegun(report));
  const begun: GroupReport[] = [];
  const settled: GroupReport[] = [];
  for (const one of new Map(all.map((report) => [report.id, report])).values()) {
    const ofGroup = looks.filter(({ group }) => group === one.group);
    if (ofGroup.some((look) => isItsOwn(one, look))) continue;
    const later = ofGroup.find(({ at }) => at >= (one.begunUntil ?? 0));
    // A look that tells of a part of what it found does not say what is in order.
    if (later === undefined || later.driftCount > later.drift.length) begun.push(one);
    else settled.push(...settledBy(one, later, toldSince(memory, one, looks)));
  }
  return { begun: begun.slice(-BEGUN_MAX).map((one) => fitted(one, CHARACTERS_MAX)), settled };
}

/** Has it told by itself? Another run that looks in the same second may find something else, or nothing any more. */
function isItsOwn(begun: GroupReport, { at, drift, driftCount }: GroupReport): boolean {
  if (at !== begun.at) return false;
  const rules = new Set(begun.drift.map(({ rule }) => rule));
  // Of lists that were cut to nothing no rule can be compared.
  const isCut = rules.size === 0 || (drift.length === 0 && driftCount > 0);
  return isCut || drift.some(({ rule }) => rules.has(rule));
}

/** They share an item of the table with all else that is remembered. */
const BEGUN_MAX = 30;
const CHARACTERS_MAX = 3_000;

/** Rules that another run has put right and told of. */
function toldSince(
  { heals }: Pick<AllowlistMemory, "heals">,
  { group, at }: GroupReport,
  looks: readonly GroupReport[],
): ReadonlySet<string> {
  const told = looks.filter((look) => look.group === group && look.at >= at);
  return new Set([
    ...heals.filter((heal) => heal.group === group && heal.at >= at).map(({ rule }) => rule),
    ...told.flatMap(({ drift }) => drift.filter(({ isHealed }) => isHealed).map(({ rule }) => rule)),
  ]);
}

function settledBy(begun: GroupReport, later: GroupReport, told: ReadonlySet<string>): GroupReport[] {
  const left = new Set(later.drift.map(({ rule }) => rule));
  const drift = begun.drift
    .filter(({ rule }) => !left.has(rule) && !told.has(rule))
    .map((one): ToldDrift => ({ ...one, isHealed: true }));
  if (drift.length === 0) return [];
  const unlisted = Math.max(0, begun.driftCount - begun.drift.length - later.driftCount);
  const count = drift.length + unlisted;
  return [{ ...begun, drift, driftCount: count, healedCount: count }];
}
