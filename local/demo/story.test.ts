import { describe, expect, it } from "vitest";
import { type Chapter, check, StepFailed, until } from "./chapter.ts";
import { tellChapters } from "./story.ts";

const holds: Chapter<null> = { name: "holds", run: async () => ({ polls: 3 }) };
const fails: Chapter<null> = {
  name: "fails",
  run: async () => {
    check(1 > 2, "one is more than two");
    return {};
  },
};

describe("tellChapters", () => {
  it("tells each chapter that held with its facts", async () => {
    const told: string[] = [];
    const chapters = await tellChapters([holds, holds], null, ({ name }) => told.push(name));
    expect(chapters).toMatchObject([
      { name: "holds", ok: true, facts: { polls: 3 } },
      { name: "holds", ok: true },
    ]);
    expect(told).toEqual(["holds", "holds"]);
  });

  it("has chapters happen at once that stand in one list, and tells them in its order", async () => {
    const { promise: second, resolve } = Promise.withResolvers<boolean>();
    const waits: Chapter<null> = {
      name: "waits for the second",
      run: async () => ({ waited: await second }),
    };
    const frees: Chapter<null> = {
      name: "second",
      run: async () => {
        resolve(true);
        return {};
      },
    };
    const told: string[] = [];
    await tellChapters([[waits, frees], holds], null, ({ name }) => told.push(name));
    expect(told).toEqual(["waits for the second", "second", "holds"]);
  });

  it("tells all that happened at the same time as a chapter that did not hold, and none after them", async () => {
    const chapters = await tellChapters([[fails, holds], holds], null, () => {});
    expect(chapters.map(({ ok }) => ok)).toEqual([false, true]);
  });

  it("ends at the first chapter that did not hold, and says which step it was", async () => {
    const chapters = await tellChapters([holds, fails, holds], null, () => {});
    expect(chapters).toMatchObject([
      { ok: true },
      { name: "fails", ok: false, failure: "one is more than two", facts: {} },
    ]);
  });
});

describe("until", () => {
  it("returns what it waited for", async () => {
    let looks = 0;
    expect(await until("three looks", () => (looks++ === 2 ? "seen" : null))).toBe("seen");
  });

  it("throws with its own words when it never comes", async () => {
    await expect(until("it comes", () => null, 30)).rejects.toThrow(
      new StepFailed("it comes, within 0.03 s"),
    );
  });
});
