import { describe, expect, it } from "vitest";
import type { CallName } from "../../model/calls.ts";
import type { Step } from "../calls.ts";
import { FOREIGN_GROUP, RELAY_GROUP } from "../groups-input.ts";
import { createWorld } from "../world.ts";
import { handFrozen } from "./hand-frozen.ts";
import { nothingForeign } from "./nothing-foreign.ts";

const run = { name: "hand 1", endsAtMs: Number.POSITIVE_INFINITY, skewSeconds: 0, dead: false };
const step = (name: CallName, target: string): Step => ({ name, target, run });

async function open() {
  const world = await createWorld({ seed: 1, faults: [], isTraced: false });
  const watch = handFrozen.watch(world);
  let version: string | null = null;
  const say = async (frozen: boolean) => {
    const key = { partition: "control", name: "freeze" };
    const text = JSON.stringify({ frozen, reason: "a move", at: world.clock.now() });
    if (version === null) await world.allowlists.rows.insert(key, text);
    else await world.allowlists.rows.replace(key, text, version);
    version = (await world.allowlists.rows.read(key))?.version ?? null;
    watch.after?.(step("rows.write", "freeze"));
  };
  const write = (name: CallName = "nsg.put") => watch.after?.(step(name, "nodes")) ?? null;
  return { world, say, write };
}

describe("handFrozen", () => {
  it("is broken by a write after the hand has the word, with time for one that was on its way", async () => {
    const { world, say, write } = await open();
    expect(write()).toBeNull();
    await say(true);
    world.clock.advance(30);
    expect(write()).toBeNull();
    world.clock.advance(1);
    expect([write(), write("nsg.remove"), write("nsg.read")]).toEqual([
      expect.stringContaining("nsg.put"),
      expect.stringContaining("nsg.remove"),
      null,
    ]);
  });

  it("counts from the first word of a freeze that is said again, and holds no longer after a thaw", async () => {
    const { world, say, write } = await open();
    await say(true);
    world.clock.advance(31);
    await say(true);
    expect(write()).toMatch(/freeze/);
    await say(false);
    expect(write()).toBeNull();
  });
});

describe("nothingForeign", () => {
  it("is broken by a rule that is written into another group than the link's", async () => {
    const { world } = await open();
    const watch = nothingForeign.watch(world);
    const said = (target: string) => watch.after?.(step("groups.open", target)) ?? null;
    expect(said(`${RELAY_GROUP} in tcp 443 10.0.0.0/30`)).toBeNull();
    expect(said(`${FOREIGN_GROUP} in tcp 443 10.0.0.0/30`)).toMatch(/groups\.open changes sg-0f1b/);
  });
});
