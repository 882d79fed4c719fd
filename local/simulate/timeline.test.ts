import { describe, expect, it } from "vitest";
import { Timeline } from "./timeline.ts";

const START = 1_000;

describe("Timeline", () => {
  it("wakes sleepers in the order of their times, and those of one time in the order of their sleep", async () => {
    const timeline = new Timeline(START);
    const woken: string[] = [];
    const sleepThen = async (ms: number, name: string) => {
      await timeline.sleep(ms);
      woken.push(`${name} at ${timeline.clock.nowMs() - START * 1_000}`);
    };
    for (const [ms, name] of [
      [30, "c"],
      [10, "a"],
      [20, "b"],
      [10, "a2"],
    ] as const)
      void sleepThen(ms, name);
    await timeline.runUntil(START * 1_000 + 25);
    expect(woken).toEqual(["a at 10", "a2 at 10", "b at 20"]);
    expect(timeline.clock.nowMs()).toBe(START * 1_000 + 25);
  });

  it("lets all that follows from one sleeper happen before it wakes the next", async () => {
    const timeline = new Timeline(START);
    const done: string[] = [];
    const work = async (ms: number, name: string) => {
      await timeline.sleep(ms);
      for (let step = 0; step < 50; step += 1) await Promise.resolve();
      done.push(name);
    };
    void work(1, "first");
    void timeline.sleep(2).then(() => done.push("second"));
    await timeline.runUntil(START * 1_000 + 10);
    expect(done).toEqual(["first", "second"]);
  });

  it("wakes many in order whatever order they went to sleep in", async () => {
    const timeline = new Timeline(START);
    const woken: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const ms = (index * 7_919) % 211;
      void timeline.sleep(ms).then(() => woken.push(ms));
    }
    await timeline.runUntil(START * 1_000 + 1_000);
    expect(woken).toEqual(woken.toSorted((one, other) => one - other));
    expect(woken).toHaveLength(200);
  });
});
