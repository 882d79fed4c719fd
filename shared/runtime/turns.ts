/**
 * Who is next: steps start nearest deadline first, among those whose rates allow a start, and only so many are under
 * way at once. A step that waits for a slow rate never holds up another one that does not need it.
 */
import type { Pace, Rate } from "./pace.ts";

export interface Wanted {
  readonly deadline: number;
  readonly rates: readonly Rate[];
}

export interface Turns {
  /** Runs the step when it is its turn; null when time was up before that, and then nothing was run. */
  take<T>(wanted: Wanted, step: () => Promise<T>): Promise<T | null>;
}

export interface TurnOptions {
  readonly pace: Pace;
  readonly pause: (ms: number) => Promise<void>;
  /** Below 0 no step starts any more. */
  readonly remainingMs: () => number;
  readonly atOnceMax: number;
}

interface Waiting {
  readonly deadline: number;
  /** False when time was up. */
  readonly call: (inTime: boolean) => void;
}

interface Queue {
  readonly rates: readonly Rate[];
  /** Nearest deadline first; of equal ones, who came first. */
  readonly waiting: Waiting[];
}

export function createTurns(options: TurnOptions): Turns {
  const queues = new Map<string, Queue>();
  let underWay = 0;
  /** `remainingMs` at which somebody will look again. */
  let looksAgainAtMs = Number.NEGATIVE_INFINITY;

  const startWhoMay = () => {
    if (options.remainingMs() < 0) return callAll(queues);
    while (underWay < options.atOnceMax) {
      const [next, waitMs] = pick(queues, options.pace);
      if (next === undefined) {
        if (waitMs < Number.POSITIVE_INFINITY) void lookAgain(waitMs);
        return;
      }
      underWay += 1;
      next.call(true);
    }
  };
  const lookAgain = async (waitMs: number) => {
    const atMs = options.remainingMs() - waitMs;
    if (looksAgainAtMs >= atMs) return;
    looksAgainAtMs = atMs;
    await options.pause(waitMs);
    if (looksAgainAtMs === atMs) looksAgainAtMs = Number.NEGATIVE_INFINITY;
    startWhoMay();
  };

  return {
    async take(wanted, step) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      enqueue(queues, wanted, resolve);
      startWhoMay();
      if (!(await promise)) return null;
      try {
        return await step();
      } finally {
        underWay -= 1;
        startWhoMay();
      }
    },
  };
}

function enqueue(queues: Map<string, Queue>, { deadline, rates }: Wanted, call: Waiting["call"]): void {
  const key = rates.map(({ name }) => name).join("\n");
  const queue = queues.get(key) ?? { rates, waiting: [] };
  queues.set(key, queue);
  const after = queue.waiting.findLastIndex((other) => other.deadline <= deadline);
  queue.waiting.splice(after + 1, 0, { deadline, call });
}

/** Takes the next one out of its queue; without one, says how long until it is worth looking again. */
function pick(queues: Map<string, Queue>, pace: Pace): [next: Waiting | undefined, waitMs: number] {
  let waitMs = Number.POSITIVE_INFINITY;
  for (const { rates, waiting } of byDeadline(queues)) {
    const ownMs = pace.start(rates);
    if (ownMs === 0) return [waiting.shift(), 0];
    waitMs = Math.min(waitMs, ownMs);
  }
  return [undefined, waitMs];
}

function byDeadline(queues: Map<string, Queue>): Queue[] {
  const first = ({ waiting }: Queue) => waiting[0]?.deadline ?? 0;
  return [...queues.values()]
    .filter(({ waiting }) => waiting.length > 0)
    .sort((one, other) => first(one) - first(other));
}

function callAll(queues: Map<string, Queue>): void {
  for (const { waiting } of queues.values()) for (const { call } of waiting.splice(0)) call(false);
}
