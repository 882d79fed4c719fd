import { describe, expect, it } from "vitest";
import type { Exception } from "./schema.ts";
import { AT, BUNNY, groupWith, tcp } from "./test-security-group.ts";
import { wantedAt } from "./wanted.ts";

const OTHER = tcp("10.0.0.0/24", 443);
const exception = (changes: Partial<Exception> = {}): Exception => ({
  ...{ rule: OTHER, author: "alice", reason: "move", until: AT + 60 },
  ...changes,
});
const wanted = (...exceptions: readonly Exception[]) =>
  wantedAt(groupWith({ exceptions: [...exceptions] }), AT);

describe("wantedAt", () => {
  it("wants an exception from its begin on and up to its end, to the second", () => {
    const rulesOf = (changes: Partial<Exception>) => wanted(exception(changes)).rules;
    expect(rulesOf({})).toContainEqual(OTHER);
    expect(rulesOf({ from: AT })).toContainEqual(OTHER);
    expect(rulesOf({ from: AT + 1 })).toEqual([BUNNY]);
    expect(rulesOf({ until: AT + 1 })).toContainEqual(OTHER);
    expect(rulesOf({ until: AT })).toEqual([BUNNY]);
  });

  it("says which exceptions are over, and none of those that are to come or under way", () => {
    const over = exception({ until: AT });
    expect(wanted(exception(), over, exception({ from: AT + 1 })).over).toEqual([over]);
  });

  it("says when something else is wanted: the next begin or end", () => {
    expect(wanted().nextAt).toBeNull();
    expect(wanted(exception({ until: AT })).nextAt).toBeNull();
    expect(wanted(exception(), exception({ from: AT + 30 })).nextAt).toBe(AT + 30);
    expect(wanted(exception(), exception({ until: AT + 50 })).nextAt).toBe(AT + 50);
  });

  it("calls no exception what is wanted for good", () => {
    expect(wanted(exception({ rule: BUNNY }))).toMatchObject({ rules: [BUNNY], exceptions: new Map() });
  });

  it.each<[string, Partial<Exception>, Partial<Exception>]>([
    ["that ends last", {}, { until: AT + 61 }],
    ["of the last author by name", {}, { author: "bob" }],
    ["of the last reason by its words", {}, { reason: "test" }],
    ["that begins last, of those that are alike in all else", {}, { from: AT - 1 }],
    ["that begins last, of two with a begin", { from: AT - 2 }, { from: AT - 1 }],
  ])("takes, of two for one rule, that %s, in whatever order they stand", (_, one, other) => {
    const both = [exception(one), exception(other)];
    for (const given of [both, both.toReversed()])
      expect([...wanted(...given).exceptions.values()]).toEqual([exception(other)]);
  });

  it("says in one order which are over", () => {
    const ended = [
      exception({ until: AT - 1 }),
      exception({ until: AT }),
      exception({ rule: BUNNY, until: AT }),
    ];
    expect(wanted(...ended).over).toEqual(wanted(...ended.toReversed()).over);
  });
});
