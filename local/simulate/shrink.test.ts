import { describe, expect, it } from "vitest";
import type { Fault } from "./faults.ts";
import { shrink } from "./shrink.ts";

const faults = Array.from(
  { length: 13 },
  (_, index): Fault => ({ kind: "rotation-asked", at: index, seconds: 0 }),
);
const needs =
  (...wanted: readonly number[]) =>
  (kept: readonly Fault[]) =>
    Promise.resolve(wanted.every((at) => kept.some((fault) => fault.at === at)));

describe("shrink", () => {
  it("keeps the faults without which nothing breaks, and no others", async () => {
    expect((await shrink(faults, needs(3, 11))).map(({ at }) => at)).toEqual([3, 11]);
  });

  it("keeps none when none is needed", async () => {
    expect(await shrink(faults, needs())).toEqual([]);
  });

  it("keeps all when all are needed", async () => {
    expect(await shrink(faults, needs(...faults.map(({ at }) => at)))).toEqual(faults);
  });
});
