import { describe, expect, it } from "vitest";
import { isOver, takeHealed } from "./healed.ts";
import type { Healed } from "./healed-hit.ts";
import { NOTHING_SAID } from "./seen.ts";
import { AT, closedFor, driftOf, openTo, report, seenOf, textOf } from "./test-reports.ts";

const take = (reports: Parameters<typeof takeHealed>[1], standing: readonly Healed[] = [], now = AT) =>
  takeHealed(standing, reports, now);
/** Who, and which rules, of each hit of each. */
const told = (healed: readonly Healed[]) =>
  healed.map(({ hits }) =>
    hits.map(({ group, actor, doing, rules }) => [
      group,
      actor.name,
      doing.certainty,
      rules.map(({ rule }) => rule),
    ]),
  );

describe("takeHealed", () => {
  it("is one hit for each group and change that was put right, and joins one actor's within a minute", () => {
    const alice = seenOf("one", "alice", [22, 23], { groups: ["relay", "loader"] });
    const reports = [
      report({ drift: [driftOf(22, "one"), driftOf(23, "one")], seen: [alice] }),
      closedFor(22, alice, { group: "loader", at: AT + 2 }),
    ];
    const healed = take(reports);
    expect(told(healed)).toEqual([
      [
        ["relay", "alice", "named", [textOf(22), textOf(23)]],
        ["loader", "alice", "named", [textOf(22)]],
      ],
    ]);
    expect(take(reports.toReversed())).toEqual(healed);
  });

  it("leaves two actors two incidents", () => {
    const reports = [
      closedFor(22, seenOf("one", "alice", [22])),
      closedFor(23, seenOf("two", "bob", [23]), { at: AT + 1 }),
    ];
    expect(told(take(reports))).toHaveLength(2);
  });

  it("tells nothing of what is not put right, or what the link itself changed", () => {
    const drift = [
      driftOf(22, null, { isHealed: false }),
      driftOf(23, null, { certainty: "link", reason: "newly-wanted" }),
      driftOf(24, null, { certainty: "link", reason: "exception-over" }),
    ];
    expect(take([report({ drift })])).toEqual([]);
  });

  it("counts what a report does not list for the one who did it", () => {
    const ports = Array.from({ length: 200 }, (_, index) => index + 1);
    const drift = ports.map((port) => driftOf(port, "one"));
    const [healed] = take([report({ drift, seen: [seenOf("one", "alice", ports.slice(0, 100))] })]);
    expect(healed?.hits.map(({ count, rules }) => [count, rules.length])).toEqual([[200, 50]]);
  });

  it("takes one change that is put right in two looks for one hit", () => {
    const alice = seenOf("one", "alice", [22, 23]);
    const first = take([closedFor(22, alice)]);
    expect(told(take([closedFor(23, alice, { at: AT + 3 })], first))).toEqual([
      [["relay", "alice", "named", [textOf(22), textOf(23)]]],
    ]);
  });
});

describe("takeHealed, when the event comes after the sweep", () => {
  const swept = take([report({ drift: [driftOf(22, null), driftOf(23, null)] })]);
  const late = (seen: ReturnType<typeof seenOf>, now = AT + 300) =>
    take([report({ at: now, seen: [seen] })], swept, now);

  it("names who it was in the incident that stands", () => {
    const healed = late(seenOf("one", "alice", [22, 23]));
    expect(healed[0]?.key).toBe(swept[0]?.key);
    expect(told(healed)).toEqual([[["relay", "alice", "named", [textOf(22), textOf(23)]]]]);
    expect(healed[0]?.actor.name).toBe("alice");
  });

  it("names who it was of a part, and goes on not knowing of the rest", () => {
    const healed = late(seenOf("one", "alice", [22]));
    expect(told(healed)).toEqual([
      [
        ["relay", "alice", "named", [textOf(22)]],
        ["relay", null, "unknown", [textOf(23)]],
      ],
    ]);
    expect(
      told(take([report({ at: AT + 301, seen: [seenOf("two", "alice", [23])] })], healed, AT + 301)),
    ).toEqual([
      [
        ["relay", "alice", "named", [textOf(22)]],
        ["relay", "alice", "named", [textOf(23)]],
      ],
    ]);
  });

  it("goes by a rule's id, and by a rule whose direction the event does not say", () => {
    const touched = seenOf("one", "alice", [], { what: { ...NOTHING_SAID, touched: ["SGR-22", "sgr-23"] } });
    expect(told(late(touched))[0]).toHaveLength(1);
    const added = [{ ...openTo(22), direction: null }];
    const modified = seenOf("one", "alice", [], { what: { ...NOTHING_SAID, added } });
    expect(told(late(modified))[0]).toHaveLength(2);
  });

  it("calls likely who made a change that does not say what it was", () => {
    const silent = seenOf("one", "alice", [], { what: NOTHING_SAID });
    expect(told(late(silent))).toEqual([[["relay", "alice", "likely", [textOf(22), textOf(23)]]]]);
  });

  it("replaces whoever was likely by whoever is named, and not by whoever else is likely", () => {
    const guess = (name: string) =>
      seenOf(name, name, [], { call: "ModifySecurityGroupRules", what: NOTHING_SAID });
    const carol = late(guess("carol"));
    expect(told(carol)[0]?.[0]?.slice(1, 3)).toEqual(["carol", "likely"]);
    const next = (seen: ReturnType<typeof seenOf>) =>
      take([report({ at: AT + 400, seen: [seen] })], carol, AT + 400);
    expect(next(guess("bob"))).toEqual(carol);
    const healed = next(seenOf("true", "mallory", [22, 23]));
    expect(told(healed)).toEqual([[["relay", "mallory", "named", [textOf(22), textOf(23)]]]]);
    expect(healed[0]?.actor.name).toBe("mallory");
  });

  it("does not take for likely who has changed no more than a description", () => {
    const call = "UpdateSecurityGroupRuleDescriptionsIngress";
    expect(late(seenOf("one", "carol", [], { call, what: NOTHING_SAID }))).toEqual(swept);
  });

  it("says of a rule that was missing who removed it", () => {
    const missing = take([report({ drift: [driftOf(443, null, { reason: "missing" })] })]);
    const seen = (what: object) =>
      seenOf("one", "alice", [], { what: { ...NOTHING_SAID, isComplete: true, ...what } });
    const told443 = (one: ReturnType<typeof seenOf>) =>
      told(take([report({ at: AT + 9, seen: [one] })], missing));
    expect(told443(seen({ added: [openTo(443)] }))[0]).toEqual([["relay", null, "unknown", [textOf(443)]]]);
    expect(told443(seen({ removed: [openTo(443)] }))[0]).toEqual([
      ["relay", "alice", "named", [textOf(443)]],
    ]);
  });

  it.each([
    ["of another rule", seenOf("one", "alice", [25])],
    ["made after it was put right", seenOf("one", "alice", [22], { at: AT + 61 })],
    ["made long before", seenOf("one", "alice", [22], { at: AT - 1_801 })],
  ])("does not name the actor of a change %s", (_what, seen) => {
    expect(late(seen)).toEqual(swept);
  });

  it("has no second hit for a change after which something was put right already", () => {
    const alice = seenOf("one", "alice", [22, 23]);
    const first = take([closedFor(22, alice)]);
    const swept = take([report({ at: AT + 120, drift: [driftOf(23, null)] })], first, AT + 120);
    expect(told(take([report({ at: AT + 130, seen: [alice] })], swept, AT + 130))).toEqual([
      [["relay", "alice", "named", [textOf(22)]]],
    ]);
  });

  it("does not name who changed another group", () => {
    expect(
      take([report({ group: "loader", at: AT + 9, seen: [seenOf("one", "alice", [22])] })], swept),
    ).toEqual(swept);
  });
});

describe("takeHealed, when looks meet", () => {
  it("does not tell twice what two looks have found, each with one half of the events", () => {
    const [alice, bob] = [seenOf("one", "alice", [22]), seenOf("two", "bob", [23])];
    const one = report({ drift: [driftOf(22, "one"), driftOf(23, null)], seen: [alice] });
    const other = report({ at: AT + 1, drift: [driftOf(22, null), driftOf(23, "two")], seen: [bob] });
    for (const reports of [
      [one, other],
      [other, one],
    ])
      expect(told(take(reports)).flat().toSorted()).toEqual([
        ["relay", "alice", "named", [textOf(22)]],
        ["relay", "bob", "named", [textOf(23)]],
      ]);
  });

  it("does not tell a second time of a rule that a cloud shows a moment longer", () => {
    const first = take([closedFor(22, seenOf("one", "alice", [22]))]);
    expect(take([report({ at: AT + 2, drift: [driftOf(22, null)] })], first, AT + 2)).toEqual(first);
    expect(told(take([report({ at: AT + 60, drift: [driftOf(22, null)] })], first, AT + 60))).toHaveLength(2);
  });
});

describe("isOver", () => {
  it("holds a minute after the last hit was heard of", () => {
    const [healed] = take([closedFor(22, seenOf("one", "alice", [22]), { at: AT - 7_200 })]);
    expect(healed && [isOver(healed, AT + 59), isOver(healed, AT + 60)]).toEqual([false, true]);
  });

  it("waits for the event that says who it was, as long as one may come, also when somebody is likely", () => {
    const likely = driftOf(22, "one", { certainty: "likely" });
    const seen = [seenOf("one", "carol", [], { what: NOTHING_SAID })];
    for (const reports of [[report({ drift: [driftOf(22, null)] })], [report({ drift: [likely], seen })]]) {
      const [healed] = take(reports);
      expect(healed && [isOver(healed, AT + 899), isOver(healed, AT + 900)]).toEqual([false, true]);
    }
  });
});
