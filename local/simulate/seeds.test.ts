import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { START } from "../model/brain.ts";
import { drawFrom } from "./draw.ts";
import { drawAimed } from "./draw-aimed.ts";
import { AIMED_CALLS } from "./faults.ts";
import { DRAWS, faultsOf, seedsFrom } from "./seeds.ts";

const lives = seedsFrom(1, 50).map((seed) => ({ seed, days: 30, isCalm: false }));
const drawn = lives.flatMap((life) => faultsOf(life));

describe("faultsOf", () => {
  it("draws what its version says: raise DRAWS when another hash is right", () => {
    const hash = createHash("sha256").update(JSON.stringify(drawn)).digest("hex").slice(0, 16);
    expect({ DRAWS, hash }).toEqual({ DRAWS: 3, hash: "89551eb382108a84" });
  });

  it("draws nothing for a calm life", () => {
    expect(faultsOf({ seed: 1, days: 30, isCalm: true })).toEqual([]);
  });

  it("draws in the order in which things happen, within a life and no more than a day after", () => {
    for (const life of lives) {
      const times = faultsOf(life).map(({ at }) => at);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(times.at(0)).toBeGreaterThanOrEqual(START);
      expect(times.at(-1)).toBeLessThan(START + 31 * 86_400);
    }
  });
});

describe("drawAimed", () => {
  it("aims at each call of a rotation, a renewal and of telling", () => {
    const aimed = new Set(drawn.flatMap((fault) => (fault.kind === "aimed" ? [fault.call] : [])));
    const { rotation, renewal, telling } = AIMED_CALLS;
    expect([...rotation, ...renewal, ...telling].filter((call) => !aimed.has(call))).toEqual([]);
  });

  it("aims at nothing in a life that is too short for a renewal, and in which nothing is asked for", () => {
    expect(drawAimed(drawFrom(1), [], { start: START, days: 3 })).toEqual([]);
  });
});
