/**
 * The rules of allowlists that need several fields. They run once the structure is sound, all of them, and each fault
 * says what to do. Paths are those of `link.config.ts`.
 */
import { duplicates, type Fault } from "../link/faults.ts";
import type { Instant } from "../runtime/instant.ts";
import { toIso } from "../runtime/instant.ts";
import type { DeclaredGroup } from "./declared.ts";
import { type AllowlistLink, groupOf } from "./desired.ts";
import { FlowSet } from "./flow-set.ts";
import { flowOf } from "./flows.ts";
import { quotaFaults } from "./quota-checks.ts";
import { ruleFaults } from "./rule-checks.ts";
import { ruleKey } from "./rule-key.ts";
import type { Rule } from "./schema.ts";

/** Whenever a link is loaded. */
export function allowlistFaults(link: AllowlistLink): Fault[] {
  const groups = placed(link);
  const named = groups.map(({ at, group }) => ({ name: group.name, path: `${at}.name` }));
  const targets = groups.map(({ at, group }) => ({ name: targetOf(group), path: `${at}.group` }));
  return [
    ...duplicates("group", named, "each group of a link needs its own name"),
    ...duplicates("target", targets, "two groups would undo each other's changes: put their rules into one"),
    ...groups.flatMap(({ at, group }) => groupFaults(at, group, link)),
  ];
}

/**
 * When a link is to be deployed. Not when a deployed one is loaded: an exception ends while it is, and everything
 * else must go on.
 */
export const exceptionsOver = (link: AllowlistLink, now: Instant): Fault[] =>
  placed(link).flatMap(({ at, group }) =>
    group.exceptions.flatMap(({ until }, e): Fault[] => {
      const message = `was over at ${toIso(until)}: leave the exception out, or give it a new end and a reason for it`;
      return until <= now ? [{ path: `${at}.exceptions[${e}].until`, message }] : [];
    }),
  );

const placed = ({ allowlists }: AllowlistLink) =>
  (allowlists?.groups ?? []).map((group, g) => ({ at: `allowlists.groups[${g}]`, group }));

/** Azure's names ignore case. */
const targetOf = (group: DeclaredGroup): string =>
  group.cloud === "aws"
    ? group.group
    : [group.group.subscription, group.group.resourceGroup, group.group.nsg]
        .filter((part) => part !== undefined)
        .join("/")
        .toLowerCase();

function groupFaults(at: string, group: DeclaredGroup, link: AllowlistLink): Fault[] {
  const desired = groupOf(group, link);
  const rules = (group.rules ?? []).map((rule, r) => ({ path: `${at}.rules[${r}]`, rule }));
  const exceptions = group.exceptions.map((exception, e) => ({ path: `${at}.exceptions[${e}]`, exception }));
  const all = [
    ...rules,
    ...exceptions.map(({ path, exception: { rule } }) => ({ path: `${path}.rule`, rule })),
  ];
  return [
    ...all.flatMap(({ path, rule }) => ruleFaults(path, rule, desired)),
    ...duplicates(
      "rule",
      rules.map(({ path, rule }) => ({ name: ruleKey(rule), path })),
      "write it once",
    ),
    ...exceptions.flatMap(({ path, exception }, e) => [
      ...timeFaults(path, exception),
      ...needlessFaults(path, exception.rule, desired.rules),
      ...twiceFaults(path, exception, exceptions.slice(0, e)),
    ]),
    ...podsFaults(at, group),
    ...quotaFaults(`${at}.rules`, desired),
  ];
}

/** Among rules that are declared, theirs would be one that nobody wrote. */
function podsFaults(at: string, group: DeclaredGroup): Fault[] {
  if (group.cloud === "aws" || group.pods === undefined || group.rules === undefined) return [];
  const message =
    "is for the rules that a group has without any declared: write a rule for each, or leave rules out";
  return [{ path: `${at}.pods`, message }];
}

interface Timed {
  readonly rule: Rule;
  readonly from?: Instant | undefined;
  readonly until: Instant;
}

function timeFaults(path: string, { from, until }: Timed): Fault[] {
  if (from === undefined || from < until) return [];
  return [
    { path: `${path}.until`, message: `is not after from (${toIso(from)}): the exception would never begin` },
  ];
}

function needlessFaults(path: string, rule: Rule, lasting: readonly Rule[]): Fault[] {
  if (!new FlowSet(lasting.map(flowOf)).covers(flowOf(rule))) return [];
  const message = `"${ruleKey(rule)}" is allowed by the group's rules already, for good: leave the exception out, or narrow the rules`;
  return [{ path: `${path}.rule`, message }];
}

function twiceFaults(
  path: string,
  one: Timed,
  earlier: readonly { readonly path: string; readonly exception: Timed }[],
): Fault[] {
  const other = earlier.find(
    ({ exception }) => ruleKey(exception.rule) === ruleKey(one.rule) && sameTime(exception, one),
  );
  if (other === undefined) return [];
  return [{ path, message: `is for the same rule and time as ${other.path}: write one with the later end` }];
}

const sameTime = (one: Timed, other: Timed): boolean =>
  (one.from ?? 0) < other.until && (other.from ?? 0) < one.until;
