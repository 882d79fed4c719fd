import { describe, expect, it } from "vitest";
import { SaidLately } from "./said-lately.ts";

describe("SaidLately", () => {
  it("lets each thing be said at once, and again after a minute", () => {
    const said = new SaidLately();
    expect([said.isDue("one", 0), said.isDue("two", 1), said.isDue("one", 59_999)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([said.isDue("one", 60_000), said.isDue("two", 60_000)]).toEqual([true, false]);
  });

  it("lets eight things be said a minute, whatever comes", () => {
    const said = new SaidLately();
    const due = Array.from({ length: 1_000 }, (_, n) => said.isDue(`${n}`, n)).filter(Boolean);
    expect(due).toHaveLength(8);
    expect(said.isDue("later", 60_000)).toBe(true);
  });
});
