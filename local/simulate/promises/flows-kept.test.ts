import { describe, expect, it } from "vitest";
import { START } from "../../model/brain.ts";
import type { CallName } from "../../model/calls.ts";
import type { Step } from "../calls.ts";
import type { Fault } from "../faults.ts";
import { RELAY_GROUP } from "../groups-input.ts";
import { createWorld, type World } from "../world.ts";
import { flowsKept } from "./flows-kept.ts";

const HOUR = 3_600;
const run = { name: "heal-allowlists 1", endsAtMs: Number.POSITIVE_INFINITY, skewSeconds: 0, dead: false };
const step = (name: CallName): Step => ({ name, target: RELAY_GROUP, run });

async function open(...faults: readonly Fault[]) {
  const world = await createWorld({ seed: 1, faults, isTraced: false });
  const watch = flowsKept.watch(world);
  /** A step in which the rules become others. */
  const write = (name: CallName, change: () => void) => {
    watch.before?.(step(name));
    change();
    return watch.after?.(step(name)) ?? null;
  };
  const now = () => watch.now?.() ?? null;
  const later = (seconds: number) => {
    world.clock.advance(seconds);
    return now();
  };
  return { world, watch, write, now, later };
}

const rulesOf = ({ allowlists }: World) => allowlists.securityGroups.groups.get(RELAY_GROUP) ?? [];
const setRules = (world: World, rules: ReturnType<typeof rulesOf>) =>
  void world.allowlists.securityGroups.groups.set(RELAY_GROUP, rules);
const withoutFirst = (world: World) => setRules(world, rulesOf(world).slice(1));
const withAll = (world: World) => {
  const [first] = rulesOf(world);
  if (first === undefined) throw new Error("the group has no rules");
  const rule = { ...first.rule, protocol: "all", ports: null };
  setRules(world, [...rulesOf(world), { id: "sgr-all", marked: true, rule }]);
};

describe("flowsKept", () => {
  it("is broken by a write of ours that closes a wanted flow", async () => {
    const { world, write } = await open();
    expect(write("groups.close", () => withoutFirst(world))).toMatch(/closes a flow that is wanted/);
  });

  it("is broken by a write of ours that opens an unwanted flow", async () => {
    const { world, write } = await open();
    expect(write("groups.open", () => withAll(world))).toMatch(/opens a flow that is not wanted/);
  });

  it("is broken by a write in Azure that leaves a direction without its last Deny", async () => {
    const { world, write } = await open();
    const { nsg } = world.allowlists;
    expect(
      write("nsg.remove", () => nsg.meddle((rules) => rules.filter(({ name }) => name !== "end-in"))),
    ).toMatch(/nsg\.remove opens/);
  });

  it("forgives what closes because a person was quicker than the run that had looked", async () => {
    const { world, write, watch } = await open();
    watch.after?.(step("groups.rules"));
    world.clock.advance(10);
    world.allowlists.editedAtMs.relay = world.clock.nowMs();
    expect(write("groups.close", () => withoutFirst(world))).toBeNull();
    world.clock.advance(10);
    watch.after?.(step("groups.rules"));
    expect(write("groups.close", () => withoutFirst(world))).toMatch(/closes/);
  });

  it("lets what a person did stand for the sweep's interval and what may be late, and no longer", async () => {
    const { world, now, later } = await open();
    withAll(world);
    expect([now(), later(1_320)]).toEqual([null, null]);
    expect(later(1)).toMatch(/relay is not what is wanted for 1321 s/);
  });

  it("counts each flow for itself", async () => {
    const { world, later, now } = await open();
    withAll(world);
    now();
    expect(later(1_000)).toBeNull();
    setRules(world, rulesOf(world).slice(0, -1));
    withoutFirst(world);
    expect([now(), later(1_000)]).toEqual([null, null]);
    expect(later(321)).toMatch(/1321 s/);
  });

  it("counts no time in which no run could have helped", async () => {
    const place = { at: START, seconds: 5 * HOUR };
    const { world, later, now } = await open({ kind: "outage", services: ["ec2"], ...place });
    withAll(world);
    now();
    expect(later(5 * HOUR - 1)).toBeNull();
    expect(later(1_320)).toBeNull();
    expect(later(1)).toMatch(/relay/);
  });

  it("knows of an exception that is over though no rule has changed", async () => {
    const { world, later } = await open();
    const { exceptions } = world.link.allowlists?.groups[0] ?? { exceptions: [] };
    const [exception] = exceptions;
    if (exception?.from === undefined) throw new Error("the link has no exception");
    world.clock.moveTo(exception.from + 100);
    setRules(world, [...rulesOf(world), { id: "sgr-e", marked: true, rule: exception.rule }]);
    expect(later(0)).toBeNull();
    expect(later(exception.until - world.clock.now())).toBeNull();
    expect(later(100)).toBeNull();
    expect(later(1_400)).toMatch(/relay/);
  });
});
