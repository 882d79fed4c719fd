/** What to do about a throttled call: make it again, later and later, while time is left. */
import { CloudError } from "../runtime/errors.ts";
import type { Rate } from "../runtime/pace.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";

/** As the vault's guide has them. https://learn.microsoft.com/azure/key-vault/general/overview-throttling */
const BACK_OFF_MS = [1_000, 2_000, 4_000, 8_000, 16_000] as const;

/** How long to wait after so many throttles before this one. */
export const backOffMs = (throttles: number): number =>
  BACK_OFF_MS[Math.min(throttles, BACK_OFF_MS.length - 1)] ?? 0;

export const isThrottled = (error: unknown): error is CloudError =>
  error instanceof CloudError && error.throttled;

/** For a call of AWS. Throws what `call` throws, a throttle only when the pauses are used up, or the time. */
export async function patiently<T>(brain: Brain, call: () => Promise<T>): Promise<T> {
  for (const pauseMs of BACK_OFF_MS) {
    try {
      return await call();
    } catch (error) {
      if (!isThrottled(error) || brain.remainingMs() - pauseMs < RESERVES_MS.aws) throw error;
    }
    await brain.pause(pauseMs);
  }
  return await call();
}

/** For a step whose turn came at the same pace: it waits for a moment, never behind a queue. */
export async function keepPace(brain: Brain, rates: readonly Rate[]): Promise<void> {
  for (;;) {
    const waitMs = brain.pace.start(rates);
    if (waitMs === 0) return;
    await brain.pause(waitMs);
  }
}
