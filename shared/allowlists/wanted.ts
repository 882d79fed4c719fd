/** What a group wants at an instant: its rules, and the exceptions whose time it is. Honoured to the second. */
import { compareText } from "../runtime/compare-text.ts";
import type { Instant } from "../runtime/instant.ts";
import { FlowSet } from "./flow-set.ts";
import { flowOf } from "./flows.ts";
import { byKey, distinctRules, ruleKey } from "./rule-key.ts";
import type { AllowlistGroup, Exception, Rule } from "./schema.ts";

export interface Wanted {
  /** Each once, in the order of their keys. */
  readonly rules: readonly Rule[];
  readonly flows: FlowSet;
  /** Those of `rules` that are wanted for a time only, by their keys. */
  readonly exceptions: ReadonlyMap<string, Exception>;
  readonly over: readonly Exception[];
  /** When something else is wanted than now; null when never. */
  readonly nextAt: Instant | null;
}

export function wantedAt({ rules, exceptions }: AllowlistGroup, now: Instant): Wanted {
  const lasting = new Set(rules.map(ruleKey));
  const sorted = [...exceptions].sort(byEnd);
  const current = sorted.filter((one) => isCurrent(one, now) && !lasting.has(ruleKey(one.rule)));
  const all = distinctRules([...rules, ...current.map(({ rule }) => rule)]);
  const turns = exceptions.flatMap(({ from = now, until }) => [from, until]).filter((at) => at > now);
  return {
    rules: all,
    flows: new FlowSet(all.map(flowOf)),
    exceptions: new Map(current.map((one) => [ruleKey(one.rule), one])),
    over: sorted.filter(({ until }) => until <= now),
    nextAt: turns.length === 0 ? null : Math.min(...turns),
  };
}

const isCurrent = ({ from, until }: Exception, now: Instant): boolean =>
  (from === undefined || from <= now) && now < until;

/** Of several for one rule the last to end counts: it comes last, and a later entry of a map replaces an earlier. */
const byEnd = (one: Exception, other: Exception): number =>
  byKey(one.rule, other.rule) ||
  one.until - other.until ||
  compareText(one.author, other.author) ||
  compareText(one.reason, other.reason) ||
  (one.from ?? 0) - (other.from ?? 0);
