/**
 * What the demo is made of: chapters, each of which does something to the running stack and checks what came of
 * it. A check that does not hold ends the chapter with its own words; nothing is told that was not checked.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "../stack/stack.ts";

export type Facts = Readonly<Record<string, string | number | boolean>>;

export interface Chapter<World = Stack> {
  readonly name: string;
  readonly run: (world: World) => Promise<Facts>;
}

/** Thrown when a step of the demo did not hold; the message says which. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new StepFailed(what);
}

/** Longer than anything takes on a machine that is busy with something else. */
const WAIT_MAX_MS = 90_000;

/**
 * Where each look runs a function, which takes a core for a while: often enough for whoever waits, and seldom enough for
 * whatever else runs on the machine.
 */
export const RUN_EVERY_MS = 250;

/** Waits until `find` finds something. Throws `StepFailed` with `what` when it does not in time. */
export async function until<T>(
  what: string,
  find: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  timeoutMs = WAIT_MAX_MS,
  everyMs = 25,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found;
    await pause(everyMs);
  }
  throw new StepFailed(`${what}, within ${timeoutMs / 1000} s`);
}
