/**
 * What must be opened and closed in a security group, in no order yet. Its rules only ever allow, so what passes is
 * the union of them: rules that are written otherwise, and let the same pass, are left as they are.
 */

import { FlowSet } from "./flow-set.ts";
import { common, commonRule, type Flow, flowOf } from "./flows.ts";
import { byKey, distinctRules, ruleKey } from "./rule-key.ts";
import type { Rule } from "./schema.ts";
import type { ObservedRule } from "./security-group.ts";
import type { Wanted } from "./wanted.ts";

interface Stated {
  readonly rule: Rule;
  readonly key: string;
  readonly flow: Flow;
}
export interface Own extends Stated {
  readonly id: string;
  readonly marked: boolean;
}

export type Opening = Stated;

export interface Closing extends Own {
  /** What of it must be open and no rule that stays lets pass: it must not be closed before openings do. */
  readonly carries: readonly Flow[];
  /** It opens nothing that may not be open, and nothing that only it opens. */
  readonly redundant: boolean;
}

export interface Difference {
  readonly opens: readonly Opening[];
  readonly closes: readonly Closing[];
}

const stated = (rule: Rule): Stated => ({ rule, key: ruleKey(rule), flow: flowOf(rule) });
export const owned = ({ id, rule, marked }: ObservedRule): Own => ({ ...stated(rule), id, marked });

interface Sides {
  readonly wanted: Wanted;
  /** What may stay open besides, and is not opened. */
  readonly held: readonly Rule[];
  readonly ours: readonly Own[];
  readonly foreign: readonly Rule[];
}

export function differenceOf({ wanted, held, ours, foreign }: Sides): Difference {
  const declared = new Map([...wanted.rules, ...held].map((rule) => [ruleKey(rule), rule]));
  const keep = held.length === 0 ? wanted.flows : new FlowSet([...declared.values()].map(flowOf));
  const fits = ours.filter(({ key, flow }) => declared.has(key) || keep.covers(flow));
  const fitting = new Set(fits);
  const wide = ours.filter((own) => !fitting.has(own));

  const { additions, twins } = additionsTo(fits, foreign, wanted.rules, heldParts(held, wide));
  const { dropped, standing } = withoutRedundant({ fits, twins, additions, declared });
  const opens = additions.filter((one) => !dropped.has(one));
  const stays = new FlowSet(standing.map(({ flow }) => flow));

  const lost = (pieces: readonly Flow[]): Flow[] => pieces.flatMap((piece) => stays.missing(piece));
  const wideClosings = wide.map((own) => ({
    ...own,
    redundant: false,
    carries: lost(keep.overlapping(own.flow).flatMap((flow) => common(flow, own.flow) ?? [])),
  }));
  const redundant = fits
    .filter((own) => dropped.has(own))
    .map((own) => ({ ...own, redundant: true, carries: lost([own.flow]) }));
  return { opens, closes: [...wideClosings, ...redundant] };
}

/** What stays of a rule that is too wide: just what it has in common with what is held. */
const heldParts = (held: readonly Rule[], wide: readonly Own[]): Rule[] =>
  distinctRules(wide.flatMap(({ rule }) => held.flatMap((one) => commonRule(one, rule) ?? [])));

/**
 * What is to be added so that everything is open that must be. A rule of others counts only where it is the very
 * rule that we would add, which AWS would not take a second time.
 */
function additionsTo(
  fits: readonly Own[],
  foreign: readonly Rule[],
  wanted: readonly Rule[],
  parts: readonly Rule[],
): { readonly additions: readonly Stated[]; readonly twins: readonly Stated[] } {
  const keys = new Set(fits.map(({ key }) => key));
  const open = new FlowSet(fits.map(({ flow }) => flow));
  const foreignKeys = new Set(foreign.map(ruleKey));
  const lacking = distinctRules([...wanted, ...parts])
    .map(stated)
    .filter(({ key, flow }) => !keys.has(key) && !open.covers(flow));
  return {
    additions: lacking.filter(({ key }) => !foreignKeys.has(key)),
    twins: lacking.filter(({ key }) => foreignKeys.has(key)),
  };
}

interface Standing {
  readonly fits: readonly Own[];
  readonly twins: readonly Stated[];
  readonly additions: readonly Stated[];
  readonly declared: ReadonlyMap<string, Rule>;
}

/**
 * Leaves out, one after another, what all the others open together. A rule that the link declares is left as it is
 * when it is there already; others go first.
 */
function withoutRedundant({ fits, twins, additions, declared }: Standing): {
  readonly dropped: ReadonlySet<Stated>;
  readonly standing: readonly Stated[];
} {
  const all = new FlowSet([...fits, ...twins, ...additions].map(({ flow }) => flow));
  const undeclared = [...fits, ...additions].filter(({ key }) => !declared.has(key));
  const candidates = [...undeclared.sort(byStated), ...additions.filter(({ key }) => declared.has(key))];
  const dropped = new Set<Stated>();
  const gone = new Set<Flow>();
  for (const one of candidates) {
    gone.add(one.flow);
    if (all.covers(one.flow, gone)) dropped.add(one);
    else gone.delete(one.flow);
  }
  return { dropped, standing: [...fits, ...twins].filter((one) => !dropped.has(one)) };
}

const byStated = (one: Stated, other: Stated): number => byKey(one.rule, other.rule);
