/** AWS's half of runs over the model of a security group, judged by which packets pass after each write. */
import { Calls } from "../../local/model/calls.ts";
import { ModelClock } from "../../local/model/clock.ts";
import { modelSecurityGroups } from "../../local/model/security-groups.ts";
import { randomFrom } from "../../local/model/weather.ts";
import { NEVER_FROZEN } from "../freeze/schema.ts";
import { createLog } from "../runtime/log.ts";
import { consentFor, scopeOf } from "./agreed.ts";
import type { HalfReport } from "./half-report.ts";
import { type GroupsToHeal, healSecurityGroups, type SecurityGroupHealer } from "./heal-security-groups.ts";
import { planSecurityGroup } from "./plan-security-group.ts";
import { ruleKey } from "./rule-key.ts";
import type { AwsGroup, Consent, Rule } from "./schema.ts";
import type { ObservedRule, SecurityGroupPlan } from "./security-group.ts";
import type { SeenChange } from "./seen.ts";
import type { Kept } from "./standing.ts";
import { describePacket, passing } from "./test-packets.ts";
import { consentTo, groupWith, observed } from "./test-security-group.ts";
import { NOW } from "./test-security-group-cases.ts";

export interface Given {
  readonly desired: AwsGroup;
  readonly consent: Consent;
  readonly observed: readonly ObservedRule[];
  readonly rulesMax?: number;
  /** Draws which writes a look misses; left out, none. */
  readonly staleSeed?: number;
}

export function startHealing({ desired, consent, observed, rulesMax = 60, staleSeed }: Given) {
  const clock = new ModelClock(NOW);
  const calls = new Calls(clock);
  const groups = modelSecurityGroups(calls, clock.nowMs);
  groups.groups.set(desired.group, observed);
  groups.rulesMax = rulesMax;
  const random = staleSeed === undefined ? () => 1 : randomFrom(staleSeed);
  groups.misses = () => random() < 0.4;
  const records: Record<string, unknown>[] = [];
  const { shrinkMax, lastApplied, accepted } = consent;
  let kept: Kept = { lastApplied, accepted, scope: scopeOf(desired), unseenSince: null, version: 1 };
  const store: SecurityGroupHealer["store"] = {
    keep: (_group, next) =>
      calls.perform("standing.keep", desired.name, () => {
        if (next.version !== kept.version) return null;
        kept = { ...next, version: next.version + 1 };
        return kept;
      }),
  };
  const healer: SecurityGroupHealer = {
    groups,
    store,
    shrinkMax,
    log: createLog((level, record) => records.push({ level, ...record })),
    clock: () => NOW,
    begin: async () => {},
    pause: clock.sleep,
    remainingMs: () => 120_000,
  };
  const look = async (
    changes: readonly SeenChange[] = [],
    more: Partial<SecurityGroupHealer> = {},
    wanted: readonly AwsGroup[] = [desired],
    withheldFor: GroupsToHeal["withheldFor"] = null,
    keptNow: Kept | "unreadable" = kept,
  ): Promise<HalfReport> =>
    await healSecurityGroups(
      { ...healer, ...more },
      {
        groups: wanted,
        standing: {
          freeze: NEVER_FROZEN,
          lookOf: () => ({ lookedAt: null, inOrderAt: null }),
          kept: new Map([[desired.name, structuredClone(keptNow)]]),
        },
        changes,
        withheldFor,
      },
    );
  const rules = () => groups.groups.get(desired.group) ?? [];
  return {
    clock,
    calls,
    groups,
    healer,
    records,
    rules,
    kept: () => kept,
    look,
    /** What is left to do, by the truth. */
    plan: (): SecurityGroupPlan =>
      planSecurityGroup(
        desired,
        { rules: rules(), prefixListSizes: groups.prefixLists },
        consentFor(desired, kept, shrinkMax),
        NOW,
      ),
    /** Before the first write, and after each. */
    states: () => [observed, ...groups.written.map((one) => one.rules)],
  };
}

/** `relay` with these rules; `lastApplied` left out, as the link wants it now. */
export function startGroup(
  there: readonly Rule[],
  given: Parameters<typeof groupWith>[0] = {},
  lastApplied?: readonly Rule[] | null,
) {
  const desired = groupWith(given);
  const consent = consentTo(lastApplied === undefined ? desired.rules : lastApplied);
  const healing = startHealing({ desired, consent, observed: observed(...there).rules });
  return {
    ...healing,
    keys: () => healing.rules().map(({ rule }) => ruleKey(rule)),
    names: () => healing.calls.brain.map(({ name }) => name),
  };
}

/** Wanted packets that a write has stopped, and others that it has let pass; in words. */
export function harm(wanted: readonly Rule[], states: readonly (readonly ObservedRule[])[]): string[] {
  const wishes = [...passing(wanted)];
  const passed = states.map((state) => passing(state.map(({ rule }) => rule)));
  return passed.flatMap((is, index) => {
    const was = passed[index - 1] ?? is;
    return wishes.flatMap((wish, packet) =>
      was[packet] !== is[packet] && is[packet] !== wish
        ? [`write ${index}: ${describePacket(packet)} ${wish === 1 ? "stopped" : "let in"}`]
        : [],
    );
  });
}
