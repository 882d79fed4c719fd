import { describe, expect, it } from "vitest";
import { judgeMutants } from "./judge.ts";
import type { Fate, Mutant } from "./mutant.ts";
import { tellVerdict } from "./tell.ts";

const mutant = (fate: Fate): Mutant => ({
  file: "shared/tunnels/plan.ts",
  line: 7,
  mutator: "BooleanLiteral",
  original: "true",
  replacement: "false",
  fate,
});
const mutants = (noticed: number, survived: number): Mutant[] => [
  ...Array.from({ length: noticed }, () => mutant("noticed")),
  ...Array.from({ length: survived }, () => mutant("survived")),
];
const explained = { ...mutant("survived"), because: "it is the same" };
const tell = (...given: [readonly Mutant[], readonly (typeof explained)[]]) =>
  tellVerdict(judgeMutants("tunnels", ...given));

describe("tellVerdict", () => {
  it("says in one line what held", () => {
    expect(tell(mutants(19, 1), [explained])).toBe(
      "tunnels: 95.0 %, 19 of 20 mutants noticed, 1 explained: held\n",
    );
  });

  it("names what no test notices, with its place", () => {
    expect(tell(mutants(19, 1), [])).toBe(
      [
        "tunnels: 95.0 %, 19 of 20 mutants noticed, 0 explained: FAILED",
        "  no test notices shared/tunnels/plan.ts:7 BooleanLiteral",
        "    - true",
        "    + false",
        "",
      ].join("\n"),
    );
  });

  it("names what is explained and does not survive", () => {
    expect(tell(mutants(20, 0), [explained])).toContain(
      "  explained, and not among the survivors: shared/tunnels/plan.ts BooleanLiteral",
    );
  });

  it("rounds no score up to what it has to be", () => {
    const [score, reason] = tell(mutants(8_999, 1_001), Array(1_001).fill(explained)).split("\n");
    expect(score).toContain("89.9 %");
    expect(reason).toBe("  under 90 %");
  });
});
