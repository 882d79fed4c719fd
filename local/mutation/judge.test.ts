import { describe, expect, it } from "vitest";
import { judgeMutants, type Survivor } from "./judge.ts";
import type { Fate, Mutant } from "./mutant.ts";

const mutant = (fate: Fate, changes: Partial<Mutant> = {}): Mutant => ({
  file: "shared/tunnels/plan.ts",
  line: 7,
  mutator: "BooleanLiteral",
  original: "true",
  replacement: "false",
  fate,
  ...changes,
});
const explained: Survivor = {
  file: "shared/tunnels/plan.ts",
  mutator: "BooleanLiteral",
  original: "true",
  replacement: "false",
  because: "it is the same",
};
const noticed = (count: number): Mutant[] => Array.from({ length: count }, () => mutant("noticed"));
const judge = (mutants: readonly Mutant[], entries: readonly Survivor[] = []) =>
  judgeMutants("tunnels", mutants, entries);

describe("judgeMutants", () => {
  it("holds when every mutant is noticed", () => {
    expect(judge(noticed(3))).toEqual({
      concern: "tunnels",
      noticed: 3,
      survived: 0,
      score: 100,
      unexplained: [],
      outdated: [],
      ok: true,
    });
  });

  it("fails for one survivor that is not explained, however high the score", () => {
    const survivor = mutant("survived");
    expect(judge([...noticed(99), survivor])).toMatchObject({
      score: 99,
      unexplained: [survivor],
      ok: false,
    });
  });

  it("holds when each survivor has an explanation of its own, up to one in ten", () => {
    expect(judge([...noticed(9), mutant("survived")], [explained])).toMatchObject({ score: 90, ok: true });
    expect(judge([...noticed(8), mutant("survived")], [explained])).toMatchObject({
      unexplained: [],
      ok: false,
    });
  });

  it("takes one explanation for one survivor alone, though another is just like it", () => {
    const twice = [...noticed(98), mutant("survived", { line: 7 }), mutant("survived", { line: 9 })];
    expect(judge(twice, [explained]).unexplained.map(({ line }) => line)).toEqual([9]);
    expect(judge(twice, [explained, explained])).toMatchObject({ unexplained: [], outdated: [], ok: true });
  });

  it.each<Partial<Mutant>>([
    { file: "shared/tunnels/other.ts" },
    { mutator: "ConditionalExpression" },
    { original: "a" },
    { replacement: "b" },
  ])("takes no explanation for a survivor that differs by %o", (changes) => {
    const other = mutant("survived", changes);
    expect(judge([...noticed(99), other], [explained])).toMatchObject({
      unexplained: [other],
      outdated: [explained],
      ok: false,
    });
  });

  it("fails for what is explained and does not survive", () => {
    expect(judge(noticed(10), [explained])).toMatchObject({ outdated: [explained], ok: false });
  });

  it("counts no mutant that could not be run, and fails when there is no other", () => {
    expect(judge([...noticed(1), mutant("not-run")])).toMatchObject({ noticed: 1, survived: 0, score: 100 });
    expect(judge([mutant("not-run")])).toMatchObject({ score: 0, ok: false });
  });
});
