import { describe, expect, it } from "vitest";
import { ruleKey } from "./rule-key.ts";
import type { Rule } from "./schema.ts";
import type { ObservedRule } from "./security-group.ts";
import { startGroup as start } from "./test-healing.ts";
import { seenOf } from "./test-reports.ts";
import { BUNNY, groupWith, observed, tcp } from "./test-security-group.ts";
import { NOW } from "./test-security-group-cases.ts";

const BAD = tcp("0.0.0.0/0", 22);
const WIDE = tcp("10.0.0.0/8", 443);

const read = (rules: readonly ObservedRule[]) => ({ rules, unreadable: [] });

describe("healSecurityGroups on its schedule", () => {
  it("asks once, and writes nothing, in a group that is in order", async () => {
    const group = start([BUNNY]);
    const { reports, problems, trouble } = await group.look();
    expect(reports).toMatchObject([{ group: "relay", driftCount: 0, opened: 0, closed: 0, isMore: false }]);
    expect([...problems, ...trouble]).toEqual([]);
    expect(group.names()).toEqual(["groups.rules"]);
    expect(group.records).toEqual([]);
  });

  it("opens what is missing before it closes what takes its place", async () => {
    const group = start([WIDE, BAD]);
    const { reports } = await group.look();
    expect(reports).toMatchObject([{ opened: 1, closed: 2, healedCount: 3 }]);
    expect(group.keys()).toEqual([ruleKey(BUNNY)]);
    expect(group.names()).toEqual(["groups.rules", "groups.open", "groups.close"]);
    expect(group.records).toMatchObject([
      { event: "allowlist.planned", count: 3, withheld: null },
      { event: "allowlist.applied", done: 3, failedCount: 0 },
    ]);
  });

  it("looks again when an old read kept it from closing, until all is done", async () => {
    const group = start([WIDE]);
    // The first look misses a rule that another run has opened a moment ago.
    group.groups.groups.set("sg-0a1b2c3d", observed(WIDE, BUNNY).rules);
    const { rules } = group.groups;
    const reads = [new Map([["sg-0a1b2c3d", read(observed(WIDE).rules)]])];
    group.groups.rules = async (ids) => reads.shift() ?? (await rules(ids));
    const { reports } = await group.look();
    expect(reports).toMatchObject([{ opened: 0, closed: 1, driftCount: 1, isMore: false }]);
    expect(group.keys()).toEqual([ruleKey(BUNNY)]);
  });

  it("gives up after three looks that are as old, and says that there is more to do", async () => {
    const group = start([WIDE]);
    group.groups.groups.set("sg-0a1b2c3d", observed(WIDE, BUNNY).rules);
    let looks = 0;
    group.groups.rules = async () => {
      looks += 1;
      return new Map([["sg-0a1b2c3d", read(observed(WIDE).rules)]]);
    };
    expect((await group.look()).reports).toMatchObject([{ isMore: true, closed: 0 }]);
    expect(looks).toBe(3);
    expect(group.keys()).toContain(ruleKey(WIDE));
  });

  it("plans again, and by the new time, when an exception ends while it is at work", async () => {
    const exception = { rule: BAD, author: "alice", reason: "a test", until: NOW + 1 };
    const group = start([WIDE, BAD], { exceptions: [exception] });
    const times = [NOW, NOW, NOW + 1];
    const reports = (await group.look([], { clock: () => times.shift() ?? NOW + 1 })).reports;
    expect(reports).toMatchObject([{ opened: 1, closed: 2, isMore: false }]);
    expect(group.keys()).toEqual([ruleKey(BUNNY)]);
  });

  it("has a fault of ours in one group told, and fails for no other", async () => {
    const group = start([BAD]);
    group.groups.groups.set("sg-0b", observed(BAD).rules);
    const broken = {
      ...groupWith({ name: "loader", group: "sg-0b" }),
      get own(): never {
        throw new TypeError("broken");
      },
    };
    const { reports, problems } = await group.look([], {}, [broken, groupWith()]);
    expect(reports).toMatchObject([{ group: "relay", closed: 1 }]);
    expect(problems).toEqual([{ group: "loader", code: "internal-error" }]);
    expect(group.records).toContainEqual(
      expect.objectContaining({ event: "allowlist.broken", error: "TypeError" }),
    );
  });
});

describe("healSecurityGroups on an event", () => {
  const change = seenOf("e1", "bob", [22], { at: NOW - 60 });
  const lately = { ...change, at: NOW - 1 };

  it("asks once where a group has rules", async () => {
    const group = start([BUNNY, BAD]);
    const { reports } = await group.look([change]);
    expect(reports).toMatchObject([{ drift: [{ certainty: "named", change: "e1", isHealed: true }] }]);
    expect(group.names()).toEqual(["groups.rules", "groups.close"]);
  });

  it("asks twice where a group has none left, and opens what is wanted", async () => {
    const group = start([]);
    await group.look([lately]);
    expect(group.names()).toEqual(["groups.rules", "groups.existing", "groups.open"]);
  });

  it("asks no third time, even where what it saw was old", async () => {
    const group = start([]);
    const stale = { ...BUNNY, description: "" };
    group.groups.groups.set("sg-0a1b2c3d", observed(stale, WIDE).rules);
    let asked = 0;
    group.groups.rules = async () => {
      asked += 1;
      return new Map([["sg-0a1b2c3d", read(observed(WIDE).rules.map((one) => ({ ...one, id: "sgr-1" })))]]);
    };
    expect((await group.look([change])).reports).toMatchObject([{ isMore: true }]);
    expect(asked).toBe(2);
    expect(group.calls.count("groups.existing")).toBe(0);
  });

  it("looks again where nothing is to be seen yet of a change that was made a moment ago", async () => {
    const group = start([BUNNY]);
    const ask = group.groups.rules;
    group.groups.rules = async (ids) => {
      const rules = await ask(ids);
      group.groups.groups.set("sg-0a1b2c3d", observed(BUNNY, BAD).rules);
      return rules;
    };
    const { reports } = await group.look([lately]);
    expect(reports).toMatchObject([{ closed: 1, drift: [{ change: "e1" }] }]);
    expect(group.calls.count("groups.rules")).toBe(2);
  });

  it("looks again where only some of what was changed a moment ago is to be seen", async () => {
    const both = { ...seenOf("e1", "bob", [22, 23]), at: NOW - 1 };
    const group = start([BUNNY, BAD, tcp("0.0.0.0/0", 23)]);
    const { rules } = group.groups;
    const missed = [new Map([["sg-0a1b2c3d", read(observed(BUNNY, BAD).rules)]])];
    group.groups.rules = async (ids) => missed.shift() ?? (await rules(ids));
    const { reports } = await group.look([both]);
    expect(reports).toMatchObject([{ closed: 2, healedCount: 2 }]);
    expect(group.keys()).toEqual([ruleKey(BUNNY)]);
  });

  it("does not look again where all of it was", async () => {
    const both = { ...seenOf("e1", "bob", [22, 23]), at: NOW - 1 };
    const group = start([BUNNY, BAD, tcp("0.0.0.0/0", 23)]);
    expect((await group.look([both])).reports).toMatchObject([{ closed: 2 }]);
    expect(group.calls.count("groups.rules")).toBe(1);
  });

  it("does not look again for a change of a while ago", async () => {
    const group = start([BUNNY]);
    await group.look([change]);
    expect(group.names()).toEqual(["groups.rules"]);
  });

  it("leaves the sizes of prefix lists to the sweep", async () => {
    const list: Rule = { ...BUNNY, peer: { kind: "prefix-list", id: "pl-0000000a" } };
    const group = start([list], { rules: [list] });
    await group.look([change]);
    expect(group.calls.count("groups.prefix-list-sizes")).toBe(0);
    await group.look();
    expect(group.calls.count("groups.prefix-list-sizes")).toBe(1);
  });
});

describe("healSecurityGroups where a rule cannot be read", () => {
  it("leaves that one, puts the others right, and tells of it as long as it is there", async () => {
    const group = start([BAD]);
    group.groups.rules = async () =>
      new Map([["sg-0a1b2c3d", { rules: [...group.rules()], unreadable: ["sgr-0b", "sgr-0a"] }]]);
    const troubles = [{ kind: "unreadable-rule", rules: ["sgr-0a", "sgr-0b"] }];
    const { reports, problems } = await group.look();
    expect(reports).toMatchObject([{ opened: 1, closed: 1, troubles }]);
    expect(problems).toEqual([]);
    expect(group.keys()).toEqual([ruleKey(BUNNY)]);
    expect((await group.look()).reports).toMatchObject([{ driftCount: 0, done: [], troubles }]);
  });
});

describe("healSecurityGroups where a group cannot be read", () => {
  it("says so, writes nothing, and does not take it for empty", async () => {
    const group = start([BAD]);
    group.calls.fail({ call: "groups.rules", when: "before", code: "unreachable" });
    const { reports, problems } = await group.look();
    expect(reports).toEqual([]);
    expect(problems).toEqual([{ group: "relay", code: "unreachable" }]);
    expect(group.names()).toEqual(["groups.rules"]);
    expect(group.records).toMatchObject([{ event: "allowlist.unseen", code: "unreachable" }]);
  });

  it("tells what it did before a second look failed", async () => {
    const group = start([WIDE]);
    group.groups.groups.set("sg-0a1b2c3d", observed(WIDE, BUNNY).rules);
    const reads = [new Map([["sg-0a1b2c3d", read(observed(WIDE).rules)]])];
    const { rules } = group.groups;
    group.groups.rules = async (ids) => reads.shift() ?? (await rules(ids));
    group.calls.fail({ call: "groups.rules", when: "before", code: "unreachable" });
    const { reports, problems } = await group.look();
    expect(reports).toMatchObject([{ isMore: true }]);
    expect(problems).toEqual([]);
  });

  it("tells of a group that is gone, and of no drift in it", async () => {
    const group = start([]);
    group.groups.groups.clear();
    expect((await group.look()).reports).toMatchObject([
      { driftCount: 0, troubles: [{ kind: "no-such-group", rules: [] }] },
    ]);
    expect(group.calls.count("groups.open")).toBe(0);
  });
});
