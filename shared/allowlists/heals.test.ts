import { describe, expect, it } from "vitest";
import { takeHealed } from "./healed.ts";
import { FLOOD, takeHeals } from "./heals.ts";
import { findRevertWars } from "./revert-war.ts";
import { AT, closedFor, driftOf, report, seenOf, textOf } from "./test-reports.ts";

const take = (reports: Parameters<typeof takeHeals>[1], now = AT) =>
  takeHeals([], reports, takeHealed([], reports, now), now);
const byNobody = (at: number) => report({ at, drift: [driftOf(22, null)] });

describe("takeHeals", () => {
  it("remembers what was put right of somebody's doing, and against whom", () => {
    const drift = [
      driftOf(22, "one"),
      driftOf(23, null),
      driftOf(24, "one", { isHealed: false }),
      driftOf(25, null, { certainty: "link", reason: "newly-wanted" }),
    ];
    const heals = take([report({ drift, seen: [seenOf("one", "alice", [22, 24])] })]);
    expect(heals.map(({ rule, actor }) => [rule, actor.name]).toSorted()).toEqual([
      [textOf(22), "alice"],
      [textOf(23), null],
    ]);
  });

  it("finds no war where looks that meet have found the same", () => {
    const once = closedFor(22, seenOf("one", "alice", [22]));
    const reports = [once, byNobody(AT + 1), byNobody(AT + 2), byNobody(AT + 3)];
    expect(take(reports)).toHaveLength(1);
    expect(take(reports.toReversed())).toEqual(take(reports));
    expect(take([once, closedFor(22, seenOf("one", "alice", [22]), { at: AT + 9 })])).toHaveLength(1);
  });

  it("finds the war of somebody who is quicker than the sweep, named or not", () => {
    const named = [0, 1, 2].map((n) => closedFor(22, seenOf(`c${n}`, "alice", [22]), { at: AT + n }));
    expect(findRevertWars(take(named, AT + 2), AT + 2)).toHaveLength(1);
    const unknown = Array.from({ length: 13 }, (_, index) => byNobody(AT + 10 * index));
    expect(findRevertWars(take(unknown, AT + 120), AT + 120)).toHaveLength(1);
  });

  it("finds the war of floods, whose rules no report lists", () => {
    const flood = (at: number) =>
      report({ at, drift: Array.from({ length: 60 }, (_, index) => driftOf(at - AT + index, null)) });
    const reports = [flood(AT), flood(AT + 1_000), flood(AT + 2_000)];
    const wars = findRevertWars(take(reports, AT + 2_000), AT + 2_000);
    expect(wars.map(({ rule }) => rule)).toEqual([FLOOD]);
  });

  it("names in a war who is heard of later", () => {
    const before = byNobody(AT);
    const heals = take([before]);
    const late = report({ at: AT + 300, seen: [seenOf("one", "alice", [22])] });
    const healed = takeHealed(takeHealed([], [before], AT), [late], AT + 300);
    expect(takeHeals(heals, [late], healed, AT + 300).map(({ actor }) => actor.name)).toEqual(["alice"]);
  });

  it("names who is named in the place of whoever was likely", () => {
    const carol = seenOf("guess", "carol", [], { call: "CreateSecurityGroup" });
    const guessed = report({ drift: [driftOf(22, "guess", { certainty: "likely" })], seen: [carol] });
    const late = report({ at: AT + 300, seen: [seenOf("one", "mallory", [22])] });
    const healed = takeHealed(takeHealed([], [guessed], AT), [late], AT + 300);
    const heals = takeHeals(take([guessed]), [late], healed, AT + 300);
    expect(heals.map(({ actor }) => actor.name)).toEqual(["mallory"]);
  });
});
