import { describe, expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

describe("inParallel", () => {
  it("works through every item once, never through more at once than it may", async () => {
    const done: number[] = [];
    let atWork = 0;
    let most = 0;
    await inParallel(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      atWork += 1;
      most = Math.max(most, atWork);
      for (let turns = 0; turns < item; turns += 1) await Promise.resolve();
      atWork -= 1;
      done.push(item);
    });
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it("has nothing to do for no items", async () => {
    await inParallel(3, [], () => Promise.reject(new Error("called")));
  });

  it("fails with what fails", async () => {
    await expect(inParallel(2, [1, 2], () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });
});
