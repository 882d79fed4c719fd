import { describe, expect, it } from "vitest";
import { Faults } from "./faults.ts";

const always = (faults: Faults, name: string) => faults.chance(name, 1);

describe("chance", () => {
  it("never lets a spared fault happen, and every other one", () => {
    const faults = new Faults({ seed: 1, calm: false, spared: ["slack:chat.postMessage"] });
    expect(always(faults, "slack:chat.postMessage unavailable")).toBe(false);
    expect(always(faults, "slack:chat.update unavailable")).toBe(true);
  });

  it("lets none happen in a calm world", () => {
    expect(always(new Faults({ seed: 1, calm: true }), "slack:chat.update unavailable")).toBe(false);
  });

  it("draws the same for an operation whatever is spared beside it", () => {
    const draws = (spared: readonly string[]) => {
      const faults = new Faults({ seed: 7, calm: false, spared });
      return Array.from({ length: 20 }, () => [faults.chance("other", 0.5), faults.chance("one", 0.5)][1]);
    };
    expect(draws(["other"])).toEqual(draws([]));
  });
});
