/** What relay accepts and what bunny holds, through schedules of rotations, outages, deaths and people. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../property.ts";
import { faultsOf, live } from "./api-key-days.ts";
import {
  anyMeddledSchedule,
  anySchedule,
  CALM_SECONDS,
  goThroughKeys,
  type KeySchedule,
} from "./api-key-schedule.ts";
import type { KeyWorld } from "./api-keys.ts";

const SCHEDULE = { seed: 1, lookEverySeconds: 30, delaySeconds: 1, isFirstCurrent: false };

/** The link is away while one pod is late: when it is back, that pod has long been silent, and is not gone. */
const SILENT_POD: KeySchedule = {
  ...SCHEDULE,
  events: [
    { kind: "away", at: 291, seconds: 561, who: ["link"] },
    { kind: "replica-goes", at: 31 },
    { kind: "pod-late", at: 41, which: 1, seconds: 821 },
  ],
};
/** A person gives a locked-out pod its key back by a label, and relay has not seen that yet. */
const GIVEN_BACK: KeySchedule = {
  ...SCHEDULE,
  seed: 219842679,
  events: [
    { kind: "value-typed", at: 151 },
    { kind: "vault-disabled", at: 161 },
    { kind: "secret-deleted", at: 251, seconds: 531 },
    { kind: "label-moved", at: 251, label: "AWSPENDING", to: 3 },
  ],
};
/** A person moves AWSPREVIOUS beside AWSPENDING, and away again a moment before the look. */
const BESIDE: KeySchedule = {
  ...SCHEDULE,
  seed: 370682608,
  lookEverySeconds: 300,
  events: [
    { kind: "strike", at: 1, after: 2, strike: { effect: "unanswered", when: "before" } },
    { kind: "secret-deleted", at: 111, seconds: 421 },
    { kind: "label-moved", at: 791, label: "AWSPREVIOUS", to: 0 },
    { kind: "label-moved", at: 821, label: "AWSPREVIOUS", to: null },
  ],
};

/** A schedule takes as long as so many other cases. */
const COST = 5;

async function calm(world: KeyWorld): Promise<void> {
  for (let passed = 0; passed < CALM_SECONDS && faultsOf(world).length > 0; passed += 1_800)
    await live(world, 1_800, 300);
}

/** Of as many schedules as a soak has. */
const timeout = 1_800_000;

describe("an API key", { timeout }, () => {
  it("that bunny holds is accepted by every replica at every moment, and in the end there is one", async () => {
    await fc.assert(
      fc.asyncProperty(anySchedule, async (schedule) => {
        const world = await goThroughKeys(schedule);
        await calm(world);
        expect(world.broken).toEqual([]);
        expect(faultsOf(world)).toEqual([]);
        expect(world.pods.map(({ refusedPolls }) => refusedPolls)).toEqual(world.pods.map(() => 0));
      }),
      { ...runs(COST), examples: [[SILENT_POD]] },
    );
  });

  it("is never taken from bunny by us whatever people do, and in the end there is one", async () => {
    await fc.assert(
      fc.asyncProperty(anyMeddledSchedule, async (schedule) => {
        const world = await goThroughKeys(schedule);
        await calm(world);
        expect(world.broken).toEqual([]);
        expect(faultsOf(world)).toEqual([]);
      }),
      { ...runs(COST), examples: [[GIVEN_BACK], [BESIDE]] },
    );
  });
});
