import { describe, expect, it } from "vitest";
import { whatIsLeft } from "../../local/model/pre-shared-promises.ts";
import { type KeysWorld, ProcessEnded, pass } from "../../local/model/pre-shared-world.ts";
import { sampled } from "../../local/property.ts";

import { calm, HOUR, look, lookFor } from "./test-pre-shared-link.ts";

describe("rotatePreSharedKeys, ended at any call", () => {
  /** Where each call of a whole rotation of one tunnel is: which look, and the how many-th of it. */
  async function callsOf(): Promise<{ look: number; call: number }[]> {
    const world = calm();
    const places: { look: number; call: number }[] = [];
    for (let index = 0; countMade(world) === 0; index += 1, pass(world, 60)) {
      world.diesIn = { calls: 1_000, when: "before" };
      const { outcome } = await look(world);
      const calls = 1_000 - (world.diesIn?.calls ?? 0);
      // A look at which nothing is done leaves nothing half done.
      if (outcome !== "nothing-to-do")
        places.push(...Array.from({ length: calls }, (_, call) => ({ look: index, call })));
    }
    return places;
  }
  const countMade = ({ secrets }: KeysWorld) =>
    [...secrets.values()].filter(({ versions, labels }) =>
      versions.get(labels.get("AWSCURRENT") ?? "")?.value.includes('"made"'),
    ).length;

  it("leaves each tunnel with a key at both ends, old or new, and the next runs finish", async () => {
    const places = await callsOf();
    expect(places.length).toBeGreaterThan(100);
    for (const place of sampled(places, 4)) {
      for (const when of ["before", "after"] as const) {
        const world = calm();
        for (let index = 0; index < place.look; index += 1, pass(world, 60)) await look(world);
        world.diesIn = { calls: place.call, when };
        await expect(look(world)).rejects.toBeInstanceOf(ProcessEnded);
        Object.assign(world, { isDead: false, diesIn: null });
        await lookFor(world, 4 * HOUR);
        expect([place, when, whatIsLeft(world), countMade(world)]).toEqual([place, when, null, 2]);
        expect(world.memory.failed).toBeNull();
      }
    }
  });
});
