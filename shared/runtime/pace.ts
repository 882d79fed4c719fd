/**
 * Keeps calls below the rates that clouds allow: a call starts only when in no window of a rate's length more than
 * its most would have started. Counts what this process starts; who else uses up the same rate is seen in throttles.
 */
export interface Rate {
  /** What is limited: the same name is the same limit. */
  readonly name: string;
  /** At least 1. */
  readonly most: number;
  readonly withinMs: number;
}

export interface Pace {
  /**
   * 0 when a call may start now; it then has its place in each of `rates`. Otherwise it has none, and the answer is
   * the milliseconds until it is worth asking again.
   */
  start(rates: readonly Rate[]): number;
}

export function createPace(nowMs: () => number): Pace {
  /** The latest starts under each limit, oldest first; never more than the limit lets into one window. */
  const startedMs = new Map<string, number[]>();
  const waitOf = ({ name, most, withinMs }: Rate, now: number) => {
    const starts = startedMs.get(name) ?? [];
    const oldest = starts.length < most ? undefined : starts.at(-most);
    return oldest === undefined ? 0 : Math.max(0, oldest + withinMs - now);
  };
  return {
    start(rates) {
      const now = nowMs();
      const waitMs = Math.max(0, ...rates.map((rate) => waitOf(rate, now)));
      if (waitMs > 0) return waitMs;
      for (const { name, most } of rates) {
        startedMs.set(name, [...(startedMs.get(name) ?? []), now].slice(-most));
      }
      return 0;
    },
  };
}
