import { describe, expect, it } from "vitest";
import { allowlistsReport } from "./conditions.ts";
import { type AllowlistMemory, NO_MEMORY, rememberLooked } from "./memory.ts";
import type { ReportDraft } from "./report-draft.ts";
import { AT, closedFor, driftOf, report, seenOf, textOf } from "./test-reports.ts";

const GROUPS = ["relay", "loader"];
const UNTIL = AT + 120;
const alice = seenOf("one", "alice", [22, 23]);
const found = [driftOf(22, "one", { isHealed: false }), driftOf(23, "one", { isHealed: false })];
const begun = (more: Partial<ReportDraft> = {}) =>
  report({ drift: found, seen: [alice], begunUntil: UNTIL, ...more });

const take = (memory: AllowlistMemory, reports: Parameters<typeof report>[0][], now: number) =>
  rememberLooked(memory, GROUPS, { reports: reports.map(report), unread: [], now });
const taken = (...reports: ReturnType<typeof report>[]) =>
  rememberLooked(NO_MEMORY, GROUPS, { reports, unread: [], now: AT });
/** What is told, with who and what. */
const told = (memory: AllowlistMemory, now: number) =>
  allowlistsReport(memory, GROUPS, now).conditions.map(({ facts }) =>
    facts.filter(({ label }) => label === "Who" || label.startsWith("Put right")).map(({ value }) => value),
  );

describe("what was begun, and never told", () => {
  it("tells nothing by itself, and is no look", () => {
    const memory = taken(begun());
    expect(told(memory, AT)).toEqual([]);
    expect(memory.looks.map(({ lookedAt }) => lookedAt)).toEqual([null, null]);
    expect(memory.begun).toHaveLength(1);
  });

  it("is told, with who it was, once a look after the end of its run finds it in order", () => {
    const early = take(taken(begun()), [{ at: UNTIL - 1 }], UNTIL - 1);
    expect(told(early, UNTIL - 1)).toEqual([]);
    const late = take(early, [{ at: UNTIL }], UNTIL);
    expect(told(late, UNTIL)).toEqual([["user alice", `closed ${textOf(22)}; closed ${textOf(23)}`]]);
    expect(late.begun).toEqual([]);
    const again = rememberLooked(late, GROUPS, { reports: [begun()], unread: [], now: UNTIL + 90 });
    expect(told(take(again, [{ at: UNTIL + 90 }], UNTIL + 90), UNTIL + 90)).toEqual([]);
  });

  it("is told in part where a part is still so, or is put right by that look itself", () => {
    const left = driftOf(22, null, { isHealed: false });
    const memory = take(taken(begun()), [{ at: UNTIL, drift: [left] }], UNTIL);
    expect(told(memory, UNTIL)).toEqual([["user alice", `closed ${textOf(23)}`]]);
    const all = found.map((one) => ({ ...one, change: null, certainty: "unknown" as const, isHealed: true }));
    const own = take(taken(begun()), [{ at: UNTIL, drift: all }], UNTIL);
    expect(told(own, UNTIL)).toEqual([["actor unknown", `closed ${textOf(22)}; closed ${textOf(23)}`]]);
  });

  it("is forgotten when its run tells after all, whichever comes first", () => {
    const final = closedFor(22, alice);
    const memory = rememberLooked(taken(begun()), GROUPS, { reports: [final], unread: [], now: AT + 9 });
    expect(memory.begun).toEqual([]);
    expect(taken(begun(), final).begun).toEqual([]);
    expect(told(memory, AT + 9)).toEqual([["user alice", `closed ${textOf(22)}`]]);
  });

  it("is not forgotten for another run's look in the same second, which found something else or nothing", () => {
    for (const look of [{}, { drift: [driftOf(8080, null)] }]) {
      const memory = take(taken(begun()), [look], AT + 1);
      expect(memory.begun).toHaveLength(1);
      const late = take(memory, [{ at: UNTIL }], UNTIL);
      expect(told(late, UNTIL)).toContainEqual(["user alice", `closed ${textOf(22)}; closed ${textOf(23)}`]);
    }
  });

  it("is not told a second time where another run has put it right and told", () => {
    const other = [22, 23].map((port) => driftOf(port, "one"));
    const first = rememberLooked(taken(begun()), GROUPS, {
      reports: [report({ at: AT + 5, drift: other, seen: [alice] })],
      unread: [],
      now: AT + 5,
    });
    const over = take(first, [], AT + 80);
    const memory = take(over, [{ at: UNTIL }], UNTIL);
    expect(told(memory, UNTIL)).toEqual([]);
    expect(memory.begun).toEqual([]);
  });

  it("waits for a look that says all that it has found", () => {
    const many = Array.from({ length: 60 }, (_, index) => driftOf(1_000 + index, null, { isHealed: false }));
    const flooded = take(taken(begun()), [{ at: UNTIL, drift: many }], UNTIL);
    expect(flooded.begun).toHaveLength(1);
    expect(flooded.healed).toEqual([]);
  });

  it("tells of a flood with its number", () => {
    const drift = Array.from({ length: 200 }, (_, index) => driftOf(index + 1, null, { isHealed: false }));
    const memory = take(taken(begun({ drift, seen: [] })), [{ at: UNTIL }], UNTIL);
    expect(memory.healed.flatMap(({ hits }) => hits.map(({ count }) => count))).toEqual([200]);
  });

  it("takes little room, however many runs have died and whatever they had found", () => {
    const drift = Array.from({ length: 60 }, (_, index) => driftOf(index + 1, null, { isHealed: false }));
    const many = Array.from({ length: 60 }, (_, index) => begun({ drift, at: AT + index }));
    expect(Buffer.byteLength(JSON.stringify(taken(...many).begun))).toBeLessThan(100_000);
  });

  it("tells an exception that has ended", () => {
    const exception = { author: "carol", reason: "a move", until: AT - 1 };
    const over = { reason: "exception-over", certainty: "link", exception, isHealed: false } as const;
    const memory = take(taken(begun({ drift: [driftOf(22, null, over)] })), [{ at: UNTIL }], UNTIL);
    expect(memory.ended).toMatchObject([{ rule: textOf(22), exception }]);
  });
});
