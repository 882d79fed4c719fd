/** Where the deny of many unwanted rules goes, what is brought before it, and when it would bring too little. */
import { describe, expect, it } from "vitest";
import { NSG_CHANGES_MAX } from "./nsg-draft.ts";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import type { NsgRule } from "./nsg-rule.ts";
import {
  ALLOW,
  ANY,
  BUNNY,
  deny,
  END,
  groupOf,
  NOW,
  OFFICE,
  observe,
  planOf,
  rule,
  written,
} from "./test-nsg-plan.ts";

type Given = Parameters<typeof planOf>[1];
const at = (more: Parameters<typeof observe>[2], priorities: readonly number[]) =>
  priorities.map((priority) => observe(`bad-${priority}`, priority, more));
const bad = (...priorities: number[]) =>
  at({ sourceAddressPrefix: "*", destinationPortRange: "22" }, priorities);
/** Of everything, what is wanted too. */
const wide = (...priorities: number[]) => at(ANY, priorities);
/** Of some of what BUNNY wants, and more. */
const half = (...priorities: number[]) =>
  at({ sourcePortRange: "1024-2000", destinationPortRange: "443-444" }, priorities);
const halfOffice = (...priorities: number[]) =>
  at(
    {
      ...{ sourceAddressPrefix: "192.0.2.0/24", sourcePortRange: "1024-2000" },
      destinationPortRange: "443-444",
    },
    priorities,
  );
const part = (priority: number) => deny("part", priority, { sourceAddressPrefix: "10.10.1.0/25" });
const both = { group: { rules: [BUNNY, OFFICE] } };
const first = (observed: readonly NsgRule[], given: Given, count: number) =>
  written(planOf(observed, given)).slice(0, count);

describe("planNetworkSecurityGroup, of a deny that would bring too little", () => {
  it.each<[string, readonly NsgRule[], Given]>([
    ["what is wanted has to be opened first", bad(1_000, 1_001, 1_002, 1_003), {}],
    ["what is wanted has to take the place of the first", bad(100, 101, 102, 103), {}],
    ["much that is wanted has to be opened first", bad(150, 151, 152, 153, 154), both],
  ])("takes them away one by one where %s", (_, observed, given) => {
    const changes = planOf([...observed, END], given).changes.map(({ reason }) => reason);
    const missing = given?.group?.rules ?? [BUNNY];
    expect(changes).toEqual([...missing.map(() => "missing"), ...observed.map(() => "unwanted")]);
  });

  it("does not count on one that is being changed just now", () => {
    const planned = planNetworkSecurityGroup({
      ...{ link: "lab", desired: groupOf(), observed: [...bad(300, 301, 302, 303), ALLOW, END], now: NOW },
      consent: { shrinkMax: 0, lastApplied: [BUNNY], accepted: null },
      untouchable: new Set(["bad-300"]),
    });
    expect(written(planned)[0]).toBe("delete bad-301: unwanted");
  });
});

describe("planNetworkSecurityGroup puts the deny", () => {
  it.each<[string, readonly NsgRule[], Given, readonly string[]]>([
    [
      "where nothing has to be moved for it, of two places that cost the same",
      [...bad(1_003, 1_005, 1_007, 1_009, 1_011), observe("allow-bunny", 1_004), END],
      {},
      ["deny at 1005: shut", "delete bad-1003: unwanted"],
    ],
    [
      "before all of them where nothing is wanted",
      [...bad(300, 301, 302, 303), END],
      { group: { rules: [] } },
      ["deny at 299: shut", "delete bad-300: unwanted"],
    ],
    [
      "over the first of them in a full group",
      [...bad(300, 301, 302, 303, 304), END],
      { group: { rules: [] }, rulesMax: 6 },
      ["deny at 300: shut", "delete bad-301: unwanted"],
    ],
    [
      "at a priority of its own once the rule in its place has made room for another",
      bad(102, 103, 105, 106, 107),
      { rulesMax: 5 },
      ["delete bad-102: unwanted", "allow at 101: missing", "delete bad-103: unwanted", "deny at 102: shut"],
    ],
    [
      "after what gave way to a wanted rule where it was itself to go",
      [...wide(200, 201, 202, 203, 204, 205), END],
      { rulesMax: 7 },
      ["allow at 200: instead", "deny at 201: shut"],
    ],
    [
      "after the one place before them, which what is wanted needs",
      [deny("other", 100, { sourceAddressPrefix: "198.51.100.0/24" }), ...bad(102, 103, 105, 106, 108), END],
      {},
      ["allow at 101: missing", "deny at 102: shut"],
    ],
  ])("%s", (_, observed, given, changes) => {
    expect(first(observed, given, changes.length)).toEqual(changes);
  });

  it("in a rule of its own name, where the rule that it was to take the place of is gone", () => {
    const { changes } = planOf(bad(102, 103, 105, 106, 107), { rulesMax: 5 });
    expect(changes[3]).toMatchObject({ name: "warrener-lab--in-shut", etag: null });
  });
});

describe("planNetworkSecurityGroup brings before the deny", () => {
  it.each<[string, readonly NsgRule[], Given, readonly string[]]>([
    [
      "what takes the place of an unwanted rule, and then ends the direction",
      bad(100, 102, 103, 104, 105),
      {},
      ["allow at 100: instead", "deny at 101: shut", "deny at 4096: final-deny"],
    ],
    [
      "what is missing, and then ends the direction",
      bad(150, 151, 152, 153, 154),
      {},
      ["allow at 148: missing", "deny at 149: shut", "deny at 4096: final-deny"],
    ],
    [
      "what is there, by moving it, and then ends the direction",
      [...bad(1_003, 1_005, 1_007, 1_009, 1_011), observe("allow-bunny", 1_012)],
      {},
      ["allow at 1000: too-late", "deny at 1002: shut", "deny at 4096: final-deny"],
    ],
    [
      "what Azure says is not in effect, by writing it again where it is",
      [{ ...ALLOW, isInEffect: false }, ...bad(300, 301, 302, 303, 304), END],
      {},
      ["allow at 200: too-late", "deny at 299: shut"],
    ],
    [
      "what is missing ahead of a Deny of a part of it",
      [part(104), ...bad(300, 301, 302, 303, 304), END],
      {},
      ["allow at 103: missing", "deny at 299: shut"],
    ],
    [
      "what is missing after a Deny of a part of it, where nothing is free ahead of that, which then goes",
      [part(100), ...bad(300, 301, 302, 303, 304), END],
      {},
      ["allow at 298: missing", "deny at 299: shut", "delete part: blocking"],
    ],
    [
      "a wanted rule in the place of the one that carries it alone, and another one beside it",
      [...half(101, 104, 105, 106, 107, 108), END],
      both,
      ["allow at 101: instead", "allow at 102: missing", "deny at 103: shut"],
    ],
    [
      "no wanted rule in the place of one that carries another, though it is the first to be brought",
      [...half(101, 104, 105, 106, 107, 108), END],
      { group: { rules: [BUNNY, rule("172.16.0.0/16")] } },
      ["allow at 102: missing", "allow at 101: instead", "deny at 103: shut"],
    ],
  ])("%s", (_, observed, given, changes) => {
    expect(first(observed, given, changes.length)).toEqual(changes);
  });

  it("nothing where it finds no place for all of it, and then writes no deny before what is wanted", () => {
    const full = [...wide(200), ...half(201, 202), ...halfOffice(203, 204, 205), END];
    expect(first(full, { ...both, rulesMax: 7 }, 3)).toEqual([
      ...["allow at 201: instead", "allow at 203: instead", "delete bad-200: unwanted"],
    ]);
    const other = deny("other", 100, { sourceAddressPrefix: "198.51.100.0/24" });
    // Nor is the other one brought, once the first has no place.
    for (const carrying of [wide(101, 102), [...wide(101), ...halfOffice(102)]])
      expect(first([other, ...carrying, ...bad(103, 104, 105, 106, 107), END], both, 3)).toEqual([
        ...["allow at 1000: missing", "allow at 1001: missing", "delete bad-101: unwanted"],
      ]);
  });

  it("as much as one run does, and leaves the deny for the next", () => {
    const rules = Array.from({ length: NSG_CHANGES_MAX }, (_, index) => rule(`10.20.${index}.0/24`));
    const many = bad(...Array.from({ length: NSG_CHANGES_MAX + 10 }, (_, index) => 300 + index));
    const { changes, isMore } = planOf([...many, END], { group: { rules } });
    expect(changes.map(({ reason }) => reason)).toEqual(rules.map(() => "missing"));
    expect(isMore).toBe(true);
  });

  it("no wanted rule in the place of one that nobody can take away", () => {
    const planned = planNetworkSecurityGroup({
      ...{ link: "lab", desired: groupOf(), observed: [...bad(101, 105, 107, 108, 110), END], now: NOW },
      consent: { shrinkMax: 0, lastApplied: [BUNNY], accepted: null },
      ...{ untouchable: new Set(["bad-101"]), stuck: new Set(["bad-101"]) },
    });
    expect(written(planned).slice(0, 2)).toEqual(["allow at 103: missing", "deny at 104: shut"]);
  });
});
