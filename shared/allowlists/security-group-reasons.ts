/** Why a rule of a security group is opened or closed, in the words that are told. */
import { FlowSet } from "./flow-set.ts";
import { common, flowOf } from "./flows.ts";
import { ruleKey } from "./rule-key.ts";
import type { Drift, DriftReason, Exception, Rule } from "./schema.ts";
import type { Closing, Opening } from "./security-group-difference.ts";
import type { Wanted } from "./wanted.ts";

type Why = Pick<Drift, "reason" | "exception" | "isByOthers">;

export interface Reasons {
  readonly opening: (opening: Opening) => Why;
  readonly closing: (closing: Closing) => Why;
}

export function reasonsOf(wanted: Wanted, lastApplied: readonly Rule[] | null): Reasons {
  const setOf = (rules: readonly Rule[]) => once(() => new FlowSet(rules.map(flowOf)));
  const over = setOf(wanted.over.map(({ rule }) => rule));
  const applied = setOf(lastApplied ?? []);
  const keys = once(() => new Set(wanted.rules.map(ruleKey)));
  const appliedKeys = once(() => new Set((lastApplied ?? []).map(ruleKey)));
  // Nothing was, of a group that is met for the first time.
  const wasWanted = (key: string, rule: Rule): boolean =>
    appliedKeys().has(key) || applied().covers(flowOf(rule));
  return {
    opening: ({ key, rule }) => {
      const exception = wanted.exceptions.get(key);
      if (exception !== undefined) return { reason: "missing", exception };
      if (!keys().has(key)) return { reason: "awaiting-consent" };
      return { reason: wasWanted(key, rule) ? "missing" : "newly-wanted" };
    },
    closing: ({ key, flow, redundant, marked }) => {
      if (redundant) {
        const isByOthers = !marked && lastApplied !== null && !appliedKeys().has(key);
        return { reason: "redundant", ...(isByOthers ? { isByOthers } : {}) };
      }
      const unwanted = wanted.flows.missing(flow);
      if (unwanted.every((piece) => over().covers(piece))) {
        const ended = wanted.over.findLast(({ rule }) =>
          unwanted.some((piece) => common(piece, flowOf(rule))),
        );
        return because("exception-over", ended);
      }
      if (unwanted.every((piece) => applied().covers(piece))) return { reason: "no-longer-wanted" };
      return { reason: wanted.flows.overlaps(flow) ? "too-wide" : "unwanted" };
    },
  };
}

const because = (reason: DriftReason, exception: Exception | undefined): Why =>
  exception === undefined ? { reason } : { reason, exception };

/** Most plans say nothing of a rule, and need none of this. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
