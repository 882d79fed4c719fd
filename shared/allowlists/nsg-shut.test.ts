import { describe, expect, it } from "vitest";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { markPrefix } from "./schema.ts";
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

const bad = (priority: number, more: Parameters<typeof observe>[2] = {}) =>
  observe(`bad-${priority}`, priority, {
    sourceAddressPrefix: "*",
    destinationPortRange: String(1_000 + priority),
    ...more,
  });
const many = (from: number, count: number, more: Parameters<typeof observe>[2] = {}) =>
  Array.from({ length: count }, (_, index) => bad(from + index, more));
const WALL = "Closes what has to go, until that is gone";
const wall = (priority: number) => ({ ...deny("warrener-lab--in-shut", priority), description: WALL });

describe("planNetworkSecurityGroup, of many unwanted rules in a group that is all ours", () => {
  it("shuts all of them with one deny, between them and what is wanted, before it takes them away", () => {
    const plan = planOf([ALLOW, ...many(300, 200), END]);
    expect(written(plan).slice(0, 2)).toEqual(["deny at 299: shut", "delete bad-300: unwanted"]);
    expect(plan.changes[0]).toMatchObject({ name: "warrener-lab--in-shut", etag: null });
    expect(plan.drift).toHaveLength(200);
  });

  it("takes them away one by one where they are so few that the deny would bring little", () => {
    expect(written(planOf([ALLOW, ...many(300, 3), END]))).toEqual([
      "delete bad-300: unwanted",
      "delete bad-301: unwanted",
      "delete bad-302: unwanted",
    ]);
    expect(written(planOf([ALLOW, ...many(300, 4), END]))[0]).toBe("deny at 299: shut");
  });

  it("moves ahead what is wanted and comes after them", () => {
    const observed = [...many(150, 40), ALLOW, END];
    expect(written(planOf(observed)).slice(0, 2)).toEqual(["allow at 148: too-late", "deny at 149: shut"]);
  });

  it("puts what is wanted, and the deny, in the place of some of them where nothing before them is free", () => {
    const observed = [...many(100, 900), observe("allow-bunny", 2_000), observe("allow-office", 2_001), END];
    const plan = planOf(observed, { group: { rules: [BUNNY, OFFICE] } });
    expect(written(plan).slice(0, 3)).toEqual([
      "allow at 100: instead",
      "allow at 101: instead",
      "deny at 102: shut",
    ]);
    expect(plan.changes.slice(0, 3).map(({ name }) => name)).toEqual(["bad-100", "bad-101", "bad-102"]);
  });

  it("takes the few away that come before all that is wanted, after it has shut the many behind", () => {
    const rules = ["10.10.1.0/24", "10.10.2.0/24", "10.10.3.0/24", "10.10.4.0/24"].map((cidr) => rule(cidr));
    const allows = rules.map((_, index) =>
      observe(`allow-${index}`, 200 + index, { sourceAddressPrefix: `10.10.${index + 1}.0/24` }),
    );
    const plan = planOf([bad(150), ...allows, ...many(300, 50), END], { group: { rules } });
    expect(written(plan).slice(0, 2)).toEqual(["deny at 299: shut", "delete bad-150: unwanted"]);
  });

  it("writes the deny over one of them where the group is full", () => {
    const plan = planOf([ALLOW, ...many(300, 8), END], { rulesMax: 10 });
    expect(plan.changes[0]).toMatchObject({ kind: "put", name: "bad-300", reason: "shut" });
  });

  it("opens what is missing before the deny, not behind it", () => {
    expect(written(planOf([...many(300, 50), END])).slice(0, 2)).toEqual([
      "allow at 298: missing",
      "deny at 299: shut",
    ]);
  });
});

describe("planNetworkSecurityGroup, of a flood, write by write", () => {
  const goods = [BUNNY, OFFICE];
  const allowed = (priority: number) => [
    observe("allow-bunny", priority),
    observe("allow-office", priority + 1, { sourceAddressPrefix: "192.0.2.0/24" }),
  ];
  /** How many writes it takes until a deny of everything is before each of those that are left. */
  const writesUntilShut = (before: readonly NsgRule[]): number => {
    let rules = before;
    for (let writes = 0; writes < 20; writes += 1) {
      const plan = planOf(rules, { group: { rules: goods } });
      const [change] = plan.changes;
      if (plan.drift.length === 0 || change === undefined) return writes;
      const others = rules.filter(({ name }) => name !== change.name);
      rules = change.kind === "delete" ? others : [...others, { ...change.rule, etag: `${writes}` }];
    }
    throw new Error("still open after twenty writes");
  };

  it.each([
    { what: "200 after what is wanted", count: 200, from: 300, wanted: 200, writes: 1 },
    { what: "900 after what is wanted", count: 900, from: 202, wanted: 200, writes: 1 },
    { what: "200 before what is wanted", count: 200, from: 150, wanted: 1_500, writes: 3 },
    { what: "200 from the very first priority on", count: 200, from: 100, wanted: 1_500, writes: 3 },
    { what: "900 from the very first priority on", count: 900, from: 100, wanted: 1_500, writes: 3 },
    { what: "900 up to the very last priority", count: 900, from: 3_196, wanted: 200, writes: 1 },
  ])("shuts $what in $writes writes", ({ count, from, wanted, writes }) => {
    expect(writesUntilShut([...allowed(wanted), ...many(from, count), END])).toBe(writes);
  });

  it("shuts 900 though they let pass whatever is wanted too, and what let that pass is gone", () => {
    expect(writesUntilShut([...many(100, 900, { ...ANY }), END])).toBeLessThanOrEqual(5);
  });

  it("shuts 900 and opens what is wanted though a deny of everything closes it", () => {
    const observed = [...many(100, 900), deny("lock-out", 1_200), ...allowed(1_500), END];
    expect(writesUntilShut(observed)).toBe(3);
  });
});

describe("planNetworkSecurityGroup, where a temporary deny stands", () => {
  it("tells what is behind it no more, and takes it away", () => {
    const plan = planOf([ALLOW, wall(299), ...many(300, 2), END]);
    expect(plan.drift).toEqual([]);
    expect(written(plan)).toEqual([
      "delete bad-300: unwanted",
      "delete bad-301: unwanted",
      "delete warrener-lab--in-shut: redundant",
    ]);
  });

  it("tells and takes away what has come before it", () => {
    const plan = planOf([ALLOW, bad(250), wall(299), END]);
    expect(plan.drift).toMatchObject([{ kind: "open", observed: { name: "bad-250" } }]);
    expect(written(plan)[0]).toBe("delete bad-250: unwanted");
  });

  it("ends the direction in a deny of its own before that one goes", () => {
    expect(written(planOf([ALLOW, wall(299)]))).toEqual([
      "deny at 4096: final-deny",
      "delete warrener-lab--in-shut: redundant",
    ]);
  });

  it("leaves it as the end of the direction where there is no room for another", () => {
    expect(planOf([ALLOW, wall(299)], { rulesMax: 2 })).toMatchObject({
      changes: [],
      troubles: [{ kind: "group-full", rule: null }],
    });
  });

  it("has what is wanted by now pass before it, and what has to go stay shut meanwhile", () => {
    const allows = Array.from({ length: 199 }, (_, index) => observe(`allow-${index}`, 100 + index));
    const observed = [...allows, wall(299), ...many(300, 500), END];
    const plan = planOf(observed, { group: { rules: [BUNNY, OFFICE] } });
    expect(written(plan).slice(0, 3)).toEqual([
      "allow at 300: instead",
      "deny at 301: shut",
      "delete warrener-lab--in-shut: blocking",
    ]);
  });
});

describe("planNetworkSecurityGroup, of unwanted rules that nobody can take away", () => {
  const plan = (observed: Parameters<typeof planOf>[0], names: readonly string[]) =>
    planNetworkSecurityGroup({
      link: "lab",
      desired: groupOf(),
      observed,
      consent: { shrinkMax: 0, lastApplied: [BUNNY], accepted: null },
      now: NOW,
      untouchable: new Set(names),
      stuck: new Set(names),
    });

  it("shuts a single one, and leaves the deny where it is", () => {
    expect(written(plan([ALLOW, bad(300), END], ["bad-300"]))).toEqual(["deny at 299: shut"]);
    expect(plan([ALLOW, wall(299), bad(300), END], ["bad-300"])).toMatchObject({ changes: [], drift: [] });
  });

  it("shuts nothing while what a person has yet to agree to may pass by one of them", () => {
    const office = observe("office", 350, { sourceAddressPrefix: "192.0.2.0/24" });
    const planned = planNetworkSecurityGroup({
      link: "lab",
      desired: groupOf(),
      observed: [ALLOW, ...many(300, 6), office, END],
      consent: { shrinkMax: 0, lastApplied: [BUNNY, OFFICE], accepted: null },
      now: NOW,
      untouchable: new Set(["office"]),
    });
    expect(planned.awaitingConsent).toEqual([OFFICE]);
    expect(planned.changes.map(({ reason }) => reason)).toEqual(Array.from({ length: 6 }, () => "unwanted"));
  });

  it("takes no Deny away that keeps one closed, wanted or not what that closes", () => {
    const full = Array.from({ length: 20 }, (_, index) =>
      deny(`block-${index}`, 100 + index, { destinationPortRange: "443" }),
    );
    const observed = [...full, bad(120, ANY), END];
    for (const { kind, name } of plan(observed, ["bad-120"]).changes) {
      expect([kind, name]).not.toEqual(["delete", "block-19"]);
    }
  });
});

describe("planNetworkSecurityGroup, of many unwanted rules in a group that others share", () => {
  it("tells its own though a deny of somebody else's, which says the same as ours would, is before it", () => {
    const own = observe(`${markPrefix("lab")}open`, 300, {
      sourceAddressPrefix: "*",
      destinationPortRange: "22",
    });
    const plan = planOf([ALLOW, { ...wall(299), name: "theirs" }, own], { group: { own: "marked" } });
    expect(plan.drift).toContainEqual(expect.objectContaining({ kind: "open", observed: own }));
  });

  it("takes its own away one by one, and closes nothing of others", () => {
    const own = many(300, 50).map((one) => ({ ...one, name: `${markPrefix("lab")}${one.name}` }));
    const foreign = many(400, 50);
    const plan = planOf([...own, ...foreign], { group: { own: "marked" } });
    expect(plan.changes.filter(({ kind }) => kind === "put")).toMatchObject([{ reason: "missing" }]);
    expect(plan.changes.filter(({ kind }) => kind === "delete")).toHaveLength(50);
  });
});
