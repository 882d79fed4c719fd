import { describe, expect, it } from "vitest";
import { Calls } from "../../local/model/calls.ts";
import { ModelClock } from "../../local/model/clock.ts";
import { modelSecurityGroups } from "../../local/model/security-groups.ts";
import { CloudError } from "../runtime/errors.ts";
import { createLog } from "../runtime/log.ts";
import { type Looking, observeSecurityGroups } from "./observe-security-groups.ts";
import type { AwsGroup, Rule } from "./schema.ts";
import { BUNNY, groupWith } from "./test-security-group.ts";

const LOOK: Looking = { withSizes: false, exist: false };
const LIST: Rule = { ...BUNNY, peer: { kind: "prefix-list", id: "pl-0000000a" } };
const idOf = (number: number): string => `sg-${String(number).padStart(8, "0")}`;
const named = (group: string): AwsGroup => groupWith({ name: group, group });

function start() {
  const clock = new ModelClock(1_795_248_000);
  const calls = new Calls(clock);
  const groups = modelSecurityGroups(calls, clock.nowMs);
  const records: unknown[] = [];
  const log = createLog((level, record) => records.push({ level, ...record }));
  const observe = async (desired: readonly AwsGroup[], looking: Partial<Looking> = {}) => {
    const looked = await observeSecurityGroups({ groups, log }, desired, { ...LOOK, ...looking });
    return {
      ...looked,
      rules: (id: string) => {
        const observed = looked.groups.get(id);
        return observed instanceof CloudError ? observed.code : observed?.rules;
      },
    };
  };
  return { calls, groups, records, observe };
}

describe("observeSecurityGroups", () => {
  it("reads groups that have rules with one call", async () => {
    const { groups, observe } = start();
    for (const id of [1, 2]) groups.groups.set(idOf(id), [{ id: `sgr-${id}`, rule: BUNNY, marked: true }]);
    const looked = await observe([1, 2].map((id) => named(idOf(id))));
    expect(looked.rules(idOf(2))).toEqual([{ id: "sgr-2", rule: BUNNY, marked: true }]);
    expect(looked.calls).toBe(1);
  });

  it("keeps a group without rules apart from one that is not there, with one more call for both", async () => {
    const { groups, observe } = start();
    groups.groups.set(idOf(1), []);
    const looked = await observe([named(idOf(1)), named(idOf(2))]);
    expect(looked.rules(idOf(1))).toEqual([]);
    expect(looked.rules(idOf(2))).toBeNull();
    expect(looked.calls).toBe(2);
  });

  it("cannot tell of a group without rules when nobody says whether it exists, and can of the others", async () => {
    const { calls, groups, observe } = start();
    groups.groups.set(idOf(1), [{ id: "sgr-1", rule: BUNNY, marked: true }]);
    calls.fail({ call: "groups.existing", when: "before", code: "unreachable" });
    const looked = await observe([named(idOf(1)), named(idOf(2))]);
    expect(looked.rules(idOf(1))).toHaveLength(1);
    expect(looked.rules(idOf(2))).toBe("unreachable");
  });

  it("believes of a group that was seen a moment ago that it has no rules, without asking", async () => {
    const { groups, observe } = start();
    groups.groups.set(idOf(1), []);
    const looked = await observe([named(idOf(1))], { exist: true });
    expect(looked.rules(idOf(1))).toEqual([]);
    expect(looked.calls).toBe(1);
  });

  it("passes on which rules cannot be read, and believes of the group that it is there", async () => {
    const { groups, observe } = start();
    groups.rules = async () => new Map([[idOf(1), { rules: [], unreadable: ["sgr-1"] }]]);
    const { calls, groups: found } = await observe([named(idOf(1))]);
    expect(found.get(idOf(1))).toMatchObject({ rules: [], unreadable: ["sgr-1"] });
    expect(calls).toBe(1);
  });

  it("asks for a thousand groups with five calls, and loses only those of a call that fails", async () => {
    const { calls, groups, observe } = start();
    const all = Array.from({ length: 1_000 }, (_, index) => idOf(index));
    for (const id of all) groups.groups.set(id, [{ id: `sgr-${id}`, rule: BUNNY, marked: true }]);
    calls.fail({ call: "groups.rules", nth: 2, when: "before", code: "RequestLimitExceeded" });
    const looked = await observe(all.map(named));
    expect(looked.calls).toBe(5);
    expect(all.filter((id) => looked.rules(id) === "RequestLimitExceeded")).toEqual(all.slice(200, 400));
  });

  it("asks for the sizes of prefix lists where a rule names one, observed or wanted, and it is told to", async () => {
    const { calls, groups, observe } = start();
    groups.groups.set(idOf(1), [{ id: "sgr-1", rule: LIST, marked: true }]);
    groups.groups.set(idOf(2), [{ id: "sgr-2", rule: BUNNY, marked: true }]);
    groups.prefixLists.set("pl-0000000a", 20);
    const sizes = async (group: AwsGroup, withSizes: boolean) => {
      const observed = (await observe([group], { withSizes })).groups.get(group.group);
      return observed instanceof CloudError ? null : [...(observed?.prefixListSizes ?? [])];
    };
    expect(await sizes(named(idOf(1)), true)).toEqual([["pl-0000000a", 20]]);
    expect(await sizes({ ...named(idOf(2)), rules: [LIST] }, true)).toEqual([["pl-0000000a", 20]]);
    expect(calls.count("groups.prefix-list-sizes")).toBe(2);
    expect(await sizes(named(idOf(2)), true)).toEqual([]);
    expect(await sizes(named(idOf(1)), false)).toEqual([]);
    expect(calls.count("groups.prefix-list-sizes")).toBe(2);
  });

  it("goes on without the sizes when they cannot be had, and says so", async () => {
    const { calls, groups, observe, records } = start();
    groups.groups.set(idOf(1), [{ id: "sgr-1", rule: LIST, marked: true }]);
    calls.fail({ call: "groups.prefix-list-sizes", when: "before", code: "UnauthorizedOperation" });
    const looked = await observe([named(idOf(1))], { withSizes: true });
    expect(looked.rules(idOf(1))).toHaveLength(1);
    expect(records).toMatchObject([{ event: "allowlist.sizes-unknown", code: "UnauthorizedOperation" }]);
  });
});
