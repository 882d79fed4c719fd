/** Security groups of all kinds with what is wanted of them, and what EC2 makes of a plan's changes. */
import fc from "fast-check";
import { wishDigest } from "./consent.ts";
import { planSecurityGroup } from "./plan-security-group.ts";
import { ruleKey } from "./rule-key.ts";
import type { AwsGroup, Consent, Exception, Peer } from "./schema.ts";
import type { ObservedRule, SecurityGroupChange } from "./security-group.ts";
import { anyRule, anyRules } from "./test-rules.ts";

export const NOW = 1_800_000_000;

const anyException: fc.Arbitrary<Exception> = fc.record({
  rule: anyRule,
  author: fc.constant("alice"),
  reason: fc.constant("a test"),
  from: fc.constantFrom(NOW - 60, NOW, NOW + 30),
  until: fc.constantFrom(NOW - 1, NOW, NOW + 1, NOW + 60),
});

/** Much of what is observed is what is, or was, wanted: other cases would never meet. */
export const anyCase = fc
  .record({
    wished: anyRules(5),
    before: anyRules(3),
    exceptions: fc.array(anyException, { maxLength: 2 }),
    strange: anyRules(6),
    presence: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
    marks: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
    own: fc.constantFrom("all" as const, "all" as const, "marked" as const),
    directions: fc.constantFrom<("in" | "out")[]>(["in", "out"], ["in", "out"], ["in"]),
    /** How much more than what is there fits in. */
    spare: fc.constantFrom(0, 0, 1, 60),
    shrinkMax: fc.constantFrom(0, 1, 100),
    accepted: fc.boolean(),
    met: fc.constantFrom(true, true, true, false),
    seed: fc.integer(),
  })
  .map(({ wished, before, exceptions, strange, presence, marks, ...rest }) => {
    const was = [...wished.filter((_, index) => presence[index + 10]), ...before];
    const there = [
      ...wished.filter((_, index) => presence[index]),
      ...before.filter((_, index) => presence[index + 5]),
      ...exceptions.map(({ rule }) => rule).filter((_, index) => presence[index + 8]),
      ...strange,
    ];
    const unique = [...new Map(there.map((rule) => [ruleKey(rule), rule])).values()];
    const observed = unique.map((rule, index) => ({
      id: `sgr-${index}`,
      rule,
      marked: marks[index] ?? true,
    }));
    return { wished, exceptions, was, observed, ...rest };
  });
export type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

const slotsFree = (observed: readonly ObservedRule[], spare: number): number =>
  Math.max(...counts(observed), 1) + spare;

/** As many as a quota counts, for each direction and family. */
export function counts(observed: readonly ObservedRule[]): number[] {
  const families = (peer: Peer) =>
    peer.kind === "cidr" ? [peer.cidr.includes(":") ? "6" : "4"] : ["4", "6"];
  return ["in 4", "in 6", "out 4", "out 6"].map(
    (count) =>
      observed.filter(({ rule }) =>
        families(rule.peer).some((family) => `${rule.direction} ${family}` === count),
      ).length,
  );
}

export function inputOf(one: Case) {
  const desired: AwsGroup = {
    name: "relay",
    cloud: "aws",
    group: "sg-0a1b2c3d",
    own: one.own,
    mode: "heal",
    directions: one.directions,
    rules: one.wished,
    exceptions: one.exceptions,
    rulesMax: slotsFree(one.observed, one.spare),
  };
  const consent: Consent = {
    shrinkMax: one.shrinkMax,
    lastApplied: one.met ? one.was : null,
    // A group that is met for the first time is accepted, or nothing would be done to it.
    accepted: one.accepted || !one.met ? wishDigest(desired) : null,
  };
  return { desired, consent };
}

export const planOf = (one: Case, observed: readonly ObservedRule[], consent = inputOf(one).consent) =>
  planSecurityGroup(inputOf(one).desired, { rules: observed, prefixListSizes: new Map() }, consent, NOW);

/** What EC2 does with one change; it refuses a rule that is there, a full group and an id that it does not know. */
function after(
  observed: readonly ObservedRule[],
  change: SecurityGroupChange,
  max: number,
  id: string,
): ObservedRule[] {
  const others = change.kind === "open" ? observed : observed.filter((one) => one.id !== change.id);
  if (change.kind !== "open" && others.length !== observed.length - 1) throw new Error("no such rule");
  if (change.kind === "close") return [...others];
  if (others.some(({ rule }) => ruleKey(rule) === ruleKey(change.rule))) throw new Error("duplicate");
  const added = { id: change.kind === "rewrite" ? change.id : id, rule: change.rule, marked: true };
  const next = [...others, added];
  if (Math.max(...counts(next)) > max) throw new Error(FULL);
  return next;
}
const FULL = "RulesPerSecurityGroupLimitExceeded";

/** The same; null when the group is full, as a closing before it was left out. */
export function afterIfRoom(observed: ObservedRule[], change: SecurityGroupChange, one: Case, id: string) {
  try {
    return after(observed, change, inputOf(one).desired.rulesMax, id);
  } catch (error) {
    if (error instanceof Error && error.message === FULL) return null;
    throw error;
  }
}

export function play(one: Case, start: readonly ObservedRule[], changes: readonly SecurityGroupChange[]) {
  const max = inputOf(one).desired.rulesMax;
  const states: (readonly ObservedRule[])[] = [start];
  for (const [index, change] of changes.entries()) {
    states.push(after(states.at(-1) ?? [], change, max, `new-${start.length}-${index}`));
  }
  return states;
}
