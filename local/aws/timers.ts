/** The clock and the timers of the services that act by themselves, so that tests can turn them by hand. */
export interface Timers {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs once after the delay; the answer cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** The longest delay that a Node timer takes. */
const timerMsMax = 2 ** 31 - 1;

export const realTimers: Timers = {
  now: Date.now,
  after: (delayMs, run) => {
    let timer: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      timer = setTimeout(
        () => (leftMs > timerMsMax ? arm(leftMs - timerMsMax) : run()),
        Math.min(leftMs, timerMsMax),
      );
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};

/** Delays that take `speed` times less, on a clock that goes on as it does. */
export const shortenDelays = (timers: Timers, speed: number): Timers => ({
  now: timers.now,
  after: speedUp(timers, speed).after,
});

/** Time that runs `speed` times as fast from now on: a minute of it takes 60 / speed seconds. */
export function speedUp(timers: Timers, speed: number): Timers {
  if (!(speed > 0)) throw new Error(`the speed must be a number over 0, not ${speed}`);
  const startedAtMs = timers.now();
  return {
    now: () => startedAtMs + (timers.now() - startedAtMs) * speed,
    after: (delayMs, run) => timers.after(delayMs / speed, run),
  };
}
