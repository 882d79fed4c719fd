import { describe, expect, it } from "vitest";
import { manualTimers } from "./manual-timers.ts";
import { realTimers, shortenDelays, speedUp } from "./timers.ts";

describe("realTimers", () => {
  it("runs after the delay, and not when it was cancelled first", async () => {
    const ran: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    realTimers.after(0, () => ran.push("cancelled"))();
    realTimers.after(1, () => {
      ran.push("run");
      resolve();
    });
    await promise;

    expect(ran).toEqual(["run"]);
  });
});

describe("speedUp", () => {
  it("makes time and timers run faster from now on", async () => {
    const clock = manualTimers(1000);
    const fast = speedUp(clock, 10);
    const ranAtMs: number[] = [];
    fast.after(5000, () => ranAtMs.push(fast.now()));
    await clock.advance(499);
    expect(ranAtMs).toEqual([]);
    await clock.advance(1);

    expect(ranAtMs).toEqual([6000]);
    expect(fast.now()).toBe(6000);
  });

  it.each([0, -1, Number.NaN])("refuses the speed %d", (speed) => {
    expect(() => speedUp(manualTimers(0), speed)).toThrow("the speed must be a number over 0");
  });
});

describe("shortenDelays", () => {
  it("makes timers run sooner, and leaves the clock as it is", async () => {
    const clock = manualTimers(1000);
    const short = shortenDelays(clock, 10);
    const ranAtMs: number[] = [];
    short.after(5000, () => ranAtMs.push(short.now()));
    await clock.advance(500);

    expect(ranAtMs).toEqual([1500]);
  });
});
