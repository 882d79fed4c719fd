/**
 * Security groups in memory, as EC2 keeps them: a rule stands once in a group, all that a close names is closed or
 * nothing, a group has room for so many rules, and a look may miss what was written a moment ago. What is one rule, and
 * what a rule counts for, is said here once more, so that it judges the product and does not agree with it.
 */
import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { ruleKey } from "../../shared/allowlists/rule-key.ts";
import type { Rule } from "../../shared/allowlists/schema.ts";
import type { ObservedRule } from "../../shared/allowlists/security-group.ts";
import type { SecurityGroups } from "../../shared/allowlists/security-groups.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Calls } from "./calls.ts";

export interface ModelSecurityGroups extends SecurityGroups {
  /** By id, as they are; a test may put anything there, and nobody is told. */
  readonly groups: Map<string, readonly ObservedRule[]>;
  /** Of each group after each write, the oldest first. */
  readonly written: { readonly group: string; readonly rules: readonly ObservedRule[] }[];
  readonly prefixLists: Map<string, number>;
  /** Of a direction and address family. */
  rulesMax: number;
  /** Whether a look misses a write that was made a moment ago. Default: never. */
  misses: () => boolean;
}

/** Longer than a look hardly ever misses a write. */
const STALE_MS = 1_500;

interface Written {
  readonly atMs: number;
  readonly group: string;
  /** Null when it was not there. */
  readonly before: ObservedRule | null;
}

export function modelSecurityGroups(calls: Calls, nowMs: () => number): ModelSecurityGroups {
  const groups: ModelSecurityGroups["groups"] = new Map();
  const written: { group: string; rules: readonly ObservedRule[] }[] = [];
  const lately = new Map<string, Written>();
  let ids = 0;

  const rulesOf = (group: string): readonly ObservedRule[] => {
    const rules = groups.get(group);
    if (rules === undefined) throw refusal("InvalidGroup.NotFound", group);
    return rules;
  };
  const write = (group: string, id: string, after: ObservedRule | null) => {
    const rules = rulesOf(group);
    const before = rules.find((one) => one.id === id) ?? null;
    if (!lately.has(id)) lately.set(id, { atMs: nowMs(), group, before });
    groups.set(group, [...rules.filter((one) => one.id !== id), ...(after === null ? [] : [after])]);
  };
  const noteWritten = (group: string) => written.push({ group, rules: rulesOf(group) });
  const seen = (group: string): ObservedRule[] => {
    const rules = new Map((groups.get(group) ?? []).map((rule) => [rule.id, rule]));
    for (const [id, { atMs, group: of, before }] of lately) {
      if (nowMs() >= atMs + STALE_MS) lately.delete(id);
      else if (of === group && model.misses()) {
        if (before === null) rules.delete(id);
        else rules.set(id, before);
      }
    }
    return [...rules.values()];
  };
  const checkRoom = (group: string, rules: readonly Rule[]) => {
    for (const direction of ["in", "out"] as const) {
      for (const isIpv6 of [false, true]) {
        const counted = rules.filter((rule) => rule.direction === direction);
        const used = counted.reduce((sum, rule) => sum + weightOf(rule, isIpv6, model.prefixLists), 0);
        if (used > model.rulesMax) throw refusal("RulesPerSecurityGroupLimitExceeded", group);
      }
    }
  };
  const isThere = (rules: readonly ObservedRule[], rule: Rule): boolean =>
    rules.some((one) => isDeepStrictEqual(identityOf(one.rule), identityOf(rule)));

  const model: ModelSecurityGroups = {
    groups,
    written,
    prefixLists: new Map(),
    rulesMax: 60,
    misses: () => false,
    rules: (asked) =>
      calls.perform("groups.rules", asked.join(), () => {
        const found = asked.map((group) => [group, { rules: seen(group), unreadable: [] }] as const);
        return new Map(found.filter(([, { rules }]) => rules.length > 0));
      }),
    existing: (asked) =>
      calls.perform(
        "groups.existing",
        asked.join(),
        () => new Set(asked.filter((group) => groups.has(group))),
      ),
    prefixListSizes: (asked) =>
      calls.perform("groups.prefix-list-sizes", asked.join(), () => {
        const sizes = asked.map((id) => [id, model.prefixLists.get(id)] as const);
        return new Map(sizes.flatMap(([id, size]) => (size === undefined ? [] : [[id, size] as const])));
      }),
    open: (group, rule) =>
      calls.perform("groups.open", `${group} ${ruleKey(rule)}`, () => {
        const rules = rulesOf(group);
        if (isThere(rules, rule)) return "already" as const;
        checkRoom(group, [...rules.map((one) => one.rule), rule]);
        ids += 1;
        write(group, `sgr-new-${ids}`, { id: `sgr-new-${ids}`, rule, marked: true });
        noteWritten(group);
        return "done" as const;
      }),
    rewrite: (group, id, rule) =>
      calls.perform("groups.rewrite", `${group} ${id}`, () => {
        const rules = rulesOf(group);
        const others = rules.filter((one) => one.id !== id);
        if (others.length === rules.length) return "gone" as const;
        if (isThere(others, rule)) return "already" as const;
        checkRoom(group, [...others.map((one) => one.rule), rule]);
        write(group, id, { id, rule, marked: rules.find((one) => one.id === id)?.marked === true });
        noteWritten(group);
        return "done" as const;
      }),
    close: (group, direction, asked) =>
      calls.perform("groups.close", `${group} ${asked.join()}`, () => {
        const rules = rulesOf(group).filter((one) => one.rule.direction === direction);
        if (!asked.every((id) => rules.some((one) => one.id === id))) return "gone" as const;
        for (const id of asked) write(group, id, null);
        noteWritten(group);
        return "done" as const;
      }),
  };
  return model;
}

/** EC2 refuses a rule that differs from another in its description alone, or in how its own account is written. */
const identityOf = ({ direction, protocol, ports, peer }: Rule) => ({
  direction,
  protocol,
  ports: ports === null ? null : [ports.from, ports.to],
  peer: peer.kind === "security-group" ? { group: peer.id } : { ...peer },
});

/**
 * A network counts in its own family; a group in both; a prefix list in both, with the most entries it may have
 * (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
 */
function weightOf({ peer }: Rule, isIpv6: boolean, prefixLists: ReadonlyMap<string, number>): number {
  switch (peer.kind) {
    case "cidr":
      return isIP(peer.cidr.split("/", 1).join()) === (isIpv6 ? 6 : 4) ? 1 : 0;
    case "security-group":
      return 1;
    case "prefix-list":
      return prefixLists.get(peer.id) ?? 1;
    case "service-tag":
      throw refusal("InvalidParameterValue", peer.tag);
  }
}

const refusal = (code: string, target: string): CloudError =>
  new CloudError({ provider: "aws", operation: "model", target, code, retryable: false });
