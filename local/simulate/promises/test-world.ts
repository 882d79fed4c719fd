/** A world in which a link has come to rest, for tests of what is looked at in it. */
import { START } from "../../model/brain.ts";
import type { CallName } from "../../model/calls.ts";
import type { Step } from "../calls.ts";
import type { Fault } from "../faults.ts";
import type { Run } from "../runs.ts";
import { Schedule } from "../schedule.ts";
import { goOnWorking, startPods } from "../work.ts";
import { createWorld, type World } from "../world.ts";

const MINUTE_MS = 60_000;
const MINUTES = 30;

/** Its pods hold a certificate and an API key, and relay's replicas have loaded that. */
export async function worldAtRest(faults: readonly Fault[] = []): Promise<World> {
  const world = await createWorld({ seed: 1, faults, isTraced: false });
  const schedule = new Schedule(world);
  for (let minute = 0; minute < MINUTES; minute += 1) {
    schedule.startDue();
    startPods(world);
    goOnWorking(world, 60);
    await world.timeline.runUntil(world.clock.nowMs() + MINUTE_MS);
  }
  world.told.splice(0);
  return world;
}

export const runNamed = (name: string): Run => ({
  name,
  endsAtMs: (START + 86_400) * 1_000,
  skewSeconds: 0,
  dead: false,
});

export const stepOf = (name: CallName, target = "", run: Run = runNamed("a run")): Step => ({
  name,
  target,
  run,
});
