/** Functions while they run: each has an end, may be killed at any of its calls, and does nothing after its death. */
import { AsyncLocalStorage } from "node:async_hooks";
import { InvariantError } from "../../shared/runtime/errors.ts";

export interface Run {
  /** Such as `renew-certificates 17`. */
  readonly name: string;
  /** Then its cloud ends it. */
  readonly endsAtMs: number;
  /** How far its host's clock is from the true time. */
  readonly skewSeconds: number;
  dead: boolean;
}

/** What a dead run would have thrown. */
export class RunEnded extends Error {
  override readonly name = "RunEnded";
}

const runs = new AsyncLocalStorage<Run>();

export const within = <T>(run: Run, work: () => Promise<T>): Promise<T> => runs.run(run, work);

/** That which makes the call. */
export function currentRun(): Run {
  const run = runs.getStore();
  if (run === undefined) throw new InvariantError("a call of the simulation was made outside of a run");
  return run;
}

export const isRunning = (): boolean => runs.getStore() !== undefined;
