/** The laws of planSecurityGroup, judged by which packets pass. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs, sized } from "../../local/property.ts";
import { consentFor } from "./agreed.ts";
import { consentAfter } from "./consent.ts";
import { ruleKey } from "./rule-key.ts";
import type { Rule } from "./schema.ts";
import type { ObservedRule } from "./security-group.ts";
import { describePacket, passing } from "./test-packets.ts";
import {
  afterIfRoom,
  anyCase,
  type Case,
  counts,
  inputOf,
  NOW,
  planOf,
  play,
} from "./test-security-group-cases.ts";

/** Two thousand cases of each law every day, and as many as are asked for where there is time. */
const COST = sized(0.5, 1);
const rulesOf = (observed: readonly ObservedRule[]): Rule[] => observed.map(({ rule }) => rule);
const looked = (one: Case, rule: Rule): boolean => one.directions.includes(rule.direction);

/** What is wanted now, by the words of the link alone. */
const wantedOf = (one: Case): Rule[] => [
  ...one.wished,
  ...one.exceptions.filter(({ from = 0, until }) => from <= NOW && NOW < until).map(({ rule }) => rule),
];
const isOurs = (one: Case, { rule, marked }: ObservedRule): boolean =>
  looked(one, rule) && (one.own === "all" || marked);

/** No wanted packet that passed is stopped, no packet starts to pass that is not wanted. */
function expectSafe(one: Case, states: readonly (readonly ObservedRule[])[]): void {
  const wanted = passing(wantedOf(one).filter((rule) => looked(one, rule)));
  const passed = states.map((state) => passing(rulesOf(state)));
  for (const [index, is] of passed.entries()) {
    const was = passed[index - 1] ?? is;
    const stopped = wanted.findIndex((wish, packet) => wish === 1 && was[packet] === 1 && is[packet] === 0);
    const opened = wanted.findIndex((wish, packet) => wish === 0 && was[packet] === 0 && is[packet] === 1);
    expect([stopped, opened].filter((packet) => packet !== -1).map(describePacket)).toEqual([]);
  }
}

/** What this link would close of what the last one wanted, when that is more than it may without being asked. */
function heldBack(one: Case): string[] {
  const wanted = passing(wantedOf(one));
  const ours = passing(rulesOf(one.observed.filter((rule) => isOurs(one, rule))));
  const others = passing(rulesOf(one.observed.filter((rule) => !isOurs(one, rule))));
  // An exception says itself when it ends.
  const over = passing(one.exceptions.filter(({ until }) => until <= NOW).map(({ rule }) => rule));
  const closed = ours.map((flag, packet) =>
    Number(flag === 1 && [others, wanted, over].every((open) => open[packet] === 0)),
  );
  const shrinking = (inputOf(one).consent.lastApplied ?? []).filter(
    (rule) => looked(one, rule) && passing([rule]).some((flag, packet) => flag === 1 && closed[packet] === 1),
  );
  const keys = [...new Set(shrinking.map(ruleKey))].sort();
  return one.accepted || keys.length <= one.shrinkMax ? [] : keys;
}

/** Wishes in a direction that nobody looks after are refused when the link is loaded. */
const inScope = anyCase.map(
  (one): Case => ({
    ...one,
    wished: one.wished.filter((rule) => looked(one, rule)),
    exceptions: one.exceptions.filter(({ rule }) => looked(one, rule)),
  }),
);

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, index) => ({ item, at: Math.sin(seed + index) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

describe("planSecurityGroup", () => {
  it("gives the wanted flows exactly, with what waits for consent and what is not ours, and then has nothing to do", () => {
    fc.assert(
      fc.property(inScope, (one) => {
        const plan = planOf(one, one.observed);
        const states = play(one, one.observed, plan.changes);
        expectSafe(one, states);
        if (plan.refused !== null) return;
        expect(plan.awaitingConsent.map(ruleKey)).toEqual(heldBack(one));
        const last = states.at(-1) ?? [];
        const wanted = passing(wantedOf(one));
        const held = passing(plan.awaitingConsent);
        const ours = passing(rulesOf(one.observed.filter((rule) => isOurs(one, rule))));
        const others = passing(rulesOf(one.observed.filter((rule) => !isOurs(one, rule))));
        const expected = wanted.map((wish, packet) =>
          Number(wish === 1 || others[packet] === 1 || (held[packet] === 1 && ours[packet] === 1)),
        );
        expect(passing(rulesOf(last))).toEqual(expected);

        const again = planOf(one, last);
        expect(again).toMatchObject({ changes: [], drift: [], awaitingConsent: plan.awaitingConsent });
        const { desired, consent } = inputOf(one);
        const after = consentAfter(desired, consent, plan.awaitingConsent, NOW);
        const remembered = consentFor(desired, after, consent.shrinkMax);
        expect(planOf(one, last, remembered)).toMatchObject({
          changes: [],
          awaitingConsent: plan.awaitingConsent,
        });
      }),
      runs(COST),
    );
  });

  it("leaves a world that the next run finishes, wherever a run stops", () => {
    fc.assert(
      fc.property(inScope, fc.nat(), (one, stop) => {
        const plan = planOf(one, one.observed);
        if (plan.refused !== null) return;
        const whole = play(one, one.observed, plan.changes).at(-1) ?? [];
        const half =
          play(one, one.observed, plan.changes.slice(0, stop % (plan.changes.length + 1))).at(-1) ?? [];
        const next = planOf(one, half);
        expect(next.refused).toBeNull();
        const states = play(one, half, next.changes);
        expectSafe(one, states);
        expect(passing(rulesOf(states.at(-1) ?? []))).toEqual(passing(rulesOf(whole)));
      }),
      runs(COST),
    );
  });

  it("goes on where another run has got to, and closes nothing that the other still turns into something else", () => {
    fc.assert(
      fc.property(inScope, fc.nat(), (one, stop) => {
        const { changes } = planOf(one, one.observed);
        const at = stop % (changes.length + 1);
        const half = play(one, one.observed, changes.slice(0, at)).at(-1) ?? [];
        const next = planOf(one, half).changes;
        const idsOf = (kind: "close" | "rewrite", of: typeof changes) =>
          of.flatMap((change) => (change.kind === kind ? [change.id] : []));
        const rest = changes.slice(at);
        const torn = [
          ...idsOf("rewrite", rest).filter((id) => idsOf("close", next).includes(id)),
          ...idsOf("rewrite", next).filter((id) => idsOf("close", rest).includes(id)),
        ];
        expect(torn).toEqual([]);
      }),
      runs(COST),
    );
  });

  it("closes no wanted flow when openings fail, and whatever waits for them is left out", () => {
    fc.assert(
      fc.property(inScope, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (one, fails) => {
        const failed = new Set<string>();
        const states = [one.observed];
        for (const [index, change] of planOf(one, one.observed).changes.entries()) {
          const waits = change.kind !== "open" && change.waitsFor.some((key) => failed.has(key));
          const next =
            waits || (change.kind === "open" && fails[index % fails.length] === true)
              ? null
              : afterIfRoom(states.at(-1) ?? [], change, one, `new-${index}`);
          if (next !== null) states.push(next);
          else if (change.kind !== "close") failed.add(ruleKey(change.rule));
        }
        expectSafe(one, states);
      }),
      runs(COST),
    );
  });

  it("does not care for the order of its input", () => {
    fc.assert(
      fc.property(anyCase, (one) => {
        const mixed = <T>(items: readonly T[]) => shuffled(items, one.seed);
        const other = {
          ...one,
          wished: mixed(one.wished),
          exceptions: mixed(one.exceptions),
          was: mixed(one.was),
        };
        expect(planOf(other, mixed(one.observed))).toEqual(planOf(one, one.observed));
      }),
      runs(COST),
    );
  });

  it("touches nothing outside of its mark, its directions and its ids, and leaves alone what is wanted", () => {
    fc.assert(
      fc.property(anyCase, (one) => {
        const wanted = new Set(wantedOf(one).map(ruleKey));
        for (const change of planOf(one, one.observed).changes) {
          if (change.kind === "open") continue;
          const target = one.observed.find(({ id }) => id === change.id);
          expect(target !== undefined && isOurs(one, target)).toBe(true);
          expect(target !== undefined && wanted.has(ruleKey(target.rule))).toBe(false);
        }
      }),
      runs(COST),
    );
  });

  it("refuses only in a group that has no slot left", () => {
    fc.assert(
      fc.property(inScope, (one) => {
        const plan = planOf(one, one.observed);
        if (plan.refused === null) return;
        expect(plan.refused.reason).toBe("group-full");
        const last = play(one, one.observed, plan.changes).at(-1) ?? [];
        expect(counts(last)).toContain(inputOf(one).desired.rulesMax);
      }),
      runs(COST),
    );
  });
});
