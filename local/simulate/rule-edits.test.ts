import { describe, expect, it } from "vitest";
import { drawFrom } from "./draw.ts";
import { drawRuleEdits } from "./draw-rule-edits.ts";
import { EDITS } from "./faults.ts";
import { hasWrong, nodesFlows, relayFlows } from "./flows.ts";
import { FOREIGN_GROUP, RELAY_GROUP } from "./groups-input.ts";
import { live } from "./life.ts";
import { editRules, type RuleEdit } from "./rule-edits.ts";
import { createWorld } from "./world.ts";

const START = 1_795_248_000;
const edit = (group: RuleEdit["group"], act: RuleEdit["act"], which = 0): RuleEdit => ({
  kind: "rules-edited",
  at: START + 3_600,
  seconds: 0,
  group,
  act,
  which,
  toldAfterSeconds: 5,
});

const CASES = EDITS.flatMap((act) => (["relay", "nodes"] as const).map((group) => ({ act, group })));

describe("editRules", () => {
  it.each(CASES)("$group $act: changes what passes, and its cloud says so once", async ({ act, group }) => {
    const world = await createWorld({ seed: 1, faults: [], isTraced: false });
    editRules(world, edit(group, act));
    const { allowlists, clock } = world;
    const relay = relayFlows(allowlists.securityGroups.groups.get(RELAY_GROUP) ?? [], clock.now());
    expect([hasWrong(relay), hasWrong(nodesFlows(allowlists.nsg.rules))]).toEqual([
      group === "relay",
      group === "nodes",
    ]);
    expect(allowlists.editedAtMs[group]).toBe(clock.nowMs());
    expect(world.wakes.map(({ afterSeconds }) => afterSeconds)).toEqual([5]);
    expect(allowlists.securityGroups.groups.get(FOREIGN_GROUP)).toHaveLength(3);
  });

  it("opens each rule of a security group once, under an id of its own", async () => {
    const world = await createWorld({ seed: 1, faults: [], isTraced: false });
    const { groups } = world.allowlists.securityGroups;
    const before = groups.get(RELAY_GROUP) ?? [];
    for (const which of [0, 3, 5]) editRules(world, edit("relay", "opened", which));
    const opened = (groups.get(RELAY_GROUP) ?? []).slice(before.length);
    expect(opened).toHaveLength(2);
    expect(new Set(opened.map(({ id }) => id)).size).toBe(2);
  });

  it("adds a rule by hand once", async () => {
    const world = await createWorld({ seed: 1, faults: [], isTraced: false });
    for (let times = 0; times < 2; times += 1) editRules(world, edit("nodes", "opened"));
    expect(world.allowlists.nsg.rules.filter(({ name }) => name.startsWith("by-hand"))).toHaveLength(1);
  });

  it.each(CASES)("$group $act: is put right in a life, soon after it was told", async ({ act, group }) => {
    const lived = await live({ seed: 1, days: 1, faults: [edit(group, act)], isTraced: true });
    expect(lived.broken).toBeNull();
    const writes = lived.lines.filter((line) =>
      /(groups\.(open|rewrite|close)|nsg\.(put|remove)) /.test(line),
    );
    const [first = ""] = writes;
    expect(Number(first.split(" ", 1)) / 1_000 - (START + 3_600)).toBeLessThan(120);
  });
});

describe("drawRuleEdits", () => {
  it("draws the same for the same seed, within the life, and leaves other streams alone", () => {
    const drawn = () => drawRuleEdits(drawFrom(7).fork("rule-edits"), { start: START, days: 10 });
    expect(drawn()).toEqual(drawn());
    expect(drawn().length).toBeGreaterThan(0);
    for (const { at } of drawn()) expect(at).toBeGreaterThanOrEqual(START);
  });
});
