import { describe, expect, it } from "vitest";
import { ModelClock } from "../../local/model/clock.ts";
import { createPace, type Rate } from "./pace.ts";
import { createTurns, type Turns } from "./turns.ts";

const rate = (name: string, most = 1): Rate => ({ name, most, withinMs: 1_000 });

function world({ atOnceMax = 100, timeMs = 60_000 } = {}) {
  const clock = new ModelClock(0);
  const started: (readonly [name: string, atMs: number])[] = [];
  const turns = createTurns({
    pace: createPace(clock.nowMs),
    pause: clock.sleep,
    remainingMs: () => timeMs - clock.nowMs(),
    atOnceMax,
  });
  const step =
    (name: string, ms = 0) =>
    async () => {
      started.push([name, clock.nowMs()]);
      await clock.sleep(ms);
      return name;
    };
  return { clock, started, turns, step };
}

/** One after the other in this order, all before any has had its turn. */
const all = (turns: Turns, ...wanted: readonly Parameters<Turns["take"]>[]) =>
  Promise.all(wanted.map(([one, run]) => turns.take(one, run)));

describe("createTurns", () => {
  it("starts nearest deadline first, and of equal ones who came first", async () => {
    const { turns, started, step } = world({ atOnceMax: 1 });
    await all(
      turns,
      [{ deadline: 0, rates: [] }, step("under way", 10)],
      [{ deadline: 9, rates: [] }, step("late")],
      [{ deadline: 5, rates: [] }, step("first of two")],
      [{ deadline: 5, rates: [] }, step("second of two")],
      [{ deadline: 1, rates: [] }, step("early")],
    );
    const names = started.map(([name]) => name);
    expect(names).toEqual(["under way", "early", "first of two", "second of two", "late"]);
  });

  it("has no more steps under way at once than it may", async () => {
    const { turns, started, step } = world({ atOnceMax: 2 });
    const take = (name: string) => turns.take({ deadline: 0, rates: [] }, step(name, 100));
    await Promise.all(["a", "b", "c", "d", "e"].map(take));
    expect(started.map(([, atMs]) => atMs)).toEqual([0, 0, 100, 100, 200]);
  });

  it("starts steps no faster than their rates", async () => {
    const { turns, started, step } = world();
    const take = (name: string) => turns.take({ deadline: 0, rates: [rate("ca", 2)] }, step(name));
    await Promise.all(["a", "b", "c", "d", "e"].map(take));
    expect(started.map(([, atMs]) => atMs)).toEqual([0, 0, 1_000, 1_000, 2_000]);
  });

  it("lets those go first that a slow rate does not hold up, and goes on with that one in its time", async () => {
    const { turns, started, step } = world();
    await all(
      turns,
      [{ deadline: 1, rates: [rate("one"), rate("all", 3)] }, step("one a")],
      [{ deadline: 2, rates: [rate("one"), rate("all", 3)] }, step("one b")],
      [{ deadline: 3, rates: [rate("two"), rate("all", 3)] }, step("two")],
      [{ deadline: 4, rates: [rate("three"), rate("all", 3)] }, step("three")],
      [{ deadline: 5, rates: [rate("four"), rate("all", 3)] }, step("four")],
      [{ deadline: 6, rates: [] }, step("free")],
    );
    expect(started).toEqual([
      ["one a", 0],
      ["two", 0],
      ["three", 0],
      ["free", 0],
      ["one b", 1_000],
      ["four", 1_000],
    ]);
  });

  it("puts one that comes later before those that wait, when its deadline is nearer", async () => {
    const { clock, turns, started, step } = world();
    const take = (name: string, deadline: number) =>
      turns.take({ deadline, rates: [rate("ca")] }, step(name));
    const before = [take("a", 5), take("b", 6), take("c", 7)];
    await clock.sleep(500);
    await Promise.all([...before, take("urgent", 1)]);
    expect(started.map(([name]) => name)).toEqual(["a", "urgent", "b", "c"]);
  });

  it("tells those whose turn does not come in time, runs nothing of theirs, and lets the others end", async () => {
    const { turns, started, step } = world({ timeMs: 1_500 });
    const take = (name: string) => turns.take({ deadline: 0, rates: [rate("ca")] }, step(name, 1_000));
    expect(await Promise.all(["a", "b", "c", "d"].map(take))).toEqual(["a", "b", null, null]);
    expect(started).toHaveLength(2);
  });

  it("starts a step when no time but its own is left, and none a millisecond later", async () => {
    const { clock, turns, step } = world({ timeMs: 1_000 });
    await clock.sleep(1_000);
    expect(await turns.take({ deadline: 0, rates: [] }, step("last"))).toBe("last");
    await clock.sleep(1);
    expect(await turns.take({ deadline: 0, rates: [] }, step("late"))).toBeNull();
  });

  it("passes a failure on to whom it belongs, and goes on with the next", async () => {
    const { turns, step } = world({ atOnceMax: 1 });
    const failing = async () => {
      throw new Error("it failed");
    };
    const results = await Promise.allSettled([
      turns.take({ deadline: 0, rates: [] }, failing),
      turns.take({ deadline: 1, rates: [] }, step("next")),
    ]);
    expect(results).toMatchObject([{ status: "rejected" }, { status: "fulfilled", value: "next" }]);
  });
});
