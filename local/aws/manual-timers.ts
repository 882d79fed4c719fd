/** Timers for tests: time passes only when it is told to. */
import { setImmediate } from "node:timers/promises";
import type { Timers } from "./timers.ts";

export interface ManualTimers extends Timers {
  /** Lets the time pass, runs what is due in its order, and lets promises settle in between. */
  readonly advance: (ms: number) => Promise<void>;
  readonly waiting: () => number;
}

export function manualTimers(startMs: number): ManualTimers {
  let nowMs = startMs;
  const due = new Set<{ readonly atMs: number; readonly run: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  };
  return {
    now: () => nowMs,
    after: (delayMs, run) => {
      const timer = { atMs: nowMs + delayMs, run };
      due.add(timer);
      return () => void due.delete(timer);
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        const [next] = [...due].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        due.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
        await settle();
      }
      nowMs = untilMs;
    },
    waiting: () => due.size,
  };
}
