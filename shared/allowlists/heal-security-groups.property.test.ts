/** Runs that fail, die and meet: no wanted flow is ever closed, and the group is as it should be once it is over. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../local/model/calls.ts";
import { randomFrom } from "../../local/model/weather.ts";
import { runs, sized } from "../../local/property.ts";
import type { Rule } from "./schema.ts";
import { harm, startHealing } from "./test-healing.ts";
import { passing } from "./test-packets.ts";
import { anyCase, type Case, inputOf, NOW } from "./test-security-group-cases.ts";

const COST = sized(2, 1);

/** Wishes in a direction that nobody looks after are refused when the link is loaded. */
const inScope = anyCase.map((one): Case => {
  const looked = (rule: Rule) => one.directions.includes(rule.direction);
  return {
    ...one,
    wished: one.wished.filter(looked),
    exceptions: one.exceptions.filter(({ rule }) => looked(rule)),
  };
});

const wantedOf = (one: Case): Rule[] => [
  ...one.wished,
  ...one.exceptions.filter(({ from = 0, until }) => from <= NOW && NOW < until).map(({ rule }) => rule),
];

function start(one: Case, staleSeed?: number) {
  const { desired, consent } = inputOf(one);
  return startHealing({
    desired,
    consent,
    observed: one.observed,
    rulesMax: desired.rulesMax,
    ...(staleSeed === undefined ? {} : { staleSeed }),
  });
}
type Healing = ReturnType<typeof start>;

/** Faults are over, and reads show everything. */
async function settle({ calls, clock, look }: Healing): Promise<void> {
  calls.forget();
  for (let run = 0; run < 2; run += 1) {
    clock.advance(60);
    await look();
  }
}

function expectHealed(one: Case, healing: Healing): void {
  expect(harm(wantedOf(one), healing.states())).toEqual([]);
  const left = healing.plan();
  expect(left.changes).toEqual([]);
  if (left.refused !== null) return;
  expect(left.drift).toEqual([]);
  const now = passing(healing.rules().map(({ rule }) => rule));
  const closed = [...passing(wantedOf(one))].map((wish, packet) => wish === 1 && now[packet] === 0);
  expect(closed).not.toContain(true);
}

const anyFault: fc.Arbitrary<Fault> = fc.record({
  call: fc.constantFrom<Fault["call"]>(
    "groups.open",
    "groups.open",
    "groups.close",
    "groups.rewrite",
    "groups.rules",
    "standing.keep",
  ),
  nth: fc.integer({ min: 1, max: 4 }),
  when: fc.constantFrom("before" as const, "after" as const),
  code: fc.constantFrom("unreachable", "RequestLimitExceeded"),
});
/** A refusal has no effect. */
const anyRefusal: fc.Arbitrary<Fault> = fc.record({
  call: fc.constantFrom<Fault["call"]>("groups.open", "groups.close", "groups.rewrite"),
  nth: fc.integer({ min: 1, max: 4 }),
  when: fc.constant("before" as const),
  code: fc.constant("InvalidPermission.Malformed"),
  retryable: fc.constant(false),
});

describe("healSecurityGroups", () => {
  it("closes no wanted flow whichever calls fail, and heals the group once none does", async () => {
    await fc.assert(
      fc.asyncProperty(
        inScope,
        fc.array(fc.oneof(anyFault, anyRefusal), { maxLength: 4 }),
        async (one, faults) => {
          const healing = start(one);
          healing.calls.fail(...faults);
          await healing.look();
          await settle(healing);
          expectHealed(one, healing);
        },
      ),
      runs(COST),
    );
  });

  it("leaves a group that the next run heals, wherever it is killed", async () => {
    await fc.assert(
      fc.asyncProperty(
        inScope,
        fc.nat({ max: 12 }),
        fc.constantFrom("before" as const, "after" as const),
        async (one, at, when) => {
          const healing = start(one);
          healing.calls.dieAt({ at, when });
          await healing
            .look()
            .catch((error: unknown) => expect(error).toMatchObject({ name: "ProcessEnded" }));
          await settle(healing);
          expectHealed(one, healing);
        },
      ),
      runs(COST),
    );
  });

  it("closes no wanted flow when two runs are at work at once, whatever a look has missed of the other's writes", async () => {
    await fc.assert(
      fc.asyncProperty(inScope, fc.integer(), fc.integer(), async (one, staleSeed, timeSeed) => {
        const healing = start(one, staleSeed);
        const random = randomFrom(timeSeed);
        healing.calls.durationOf = () => Math.ceil(random() * 200);
        const { inProcess } = healing.calls;
        await Promise.all([1, 2].map(() => inProcess.call(healing.calls, () => healing.look())));
        await healing.look();
        await settle(healing);
        expectHealed(one, healing);
      }),
      runs(COST),
    );
  });
});
