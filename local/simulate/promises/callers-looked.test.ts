import { describe, expect, it } from "vitest";
import type { World } from "../world.ts";
import { callersLooked } from "./callers-looked.ts";
import { FLOOD, incidentOf, OWN, own, say, worldOfCallers } from "./test-callers.ts";

/** What is found at the end of a look that began now, with these incidents open. */
async function looked(keys: readonly string[], prepare: (world: World, now: number) => void) {
  const world = await worldOfCallers();
  for (const key of keys) await world.incidents.write({ kind: "open", before: null, after: incidentOf(key) });
  prepare(world, world.clock.now());
  const watch = callersLooked.watch(world);
  expect(watch.now?.()).toBeNull();
  world.callers.lookedAt = world.clock.now();
  return watch.now?.() ?? null;
}

describe("callersLooked", () => {
  it("is broken by a flood that nobody is told of, alone or as part of a scan", async () => {
    const flood = (world: World, now: number) => say(world, 20, { at: now - 5 });
    expect(await looked([], flood)).toMatch(/^the flood of no-certificate:203-0-113-9 is not told$/);
    expect(await looked([FLOOD], flood)).toBeNull();
    expect(await looked(["auth-scan"], flood)).toBeNull();
    expect(await looked([], (world, now) => say(world, 19, { at: now - 5 }))).toBeNull();
  });

  it("asks of nothing that was not taken before the look, or that is long past", async () => {
    expect(await looked([], (world, now) => say(world, 20, { at: now - 5, takenAfter: 30 }))).toBeNull();
    expect(await looked([], (world, now) => say(world, 20, { at: now - 200 }))).toBeNull();
  });

  it("is broken by a scan that nobody is told of", async () => {
    const scan = (world: World, now: number) => {
      for (let index = 0; index < 25; index += 1)
        say(world, 1, { at: now - 5, source: `203.0.113.${index}` });
    };
    expect(await looked([], scan)).toBe("a scan is not told");
    expect(await looked(["auth-scan"], scan)).toBeNull();
  });

  it("is broken by a single refusal of bunny that nobody is told of", async () => {
    const refused = (world: World, now: number) => say(world, 1, own("expired", { at: now - 5 }));
    expect(await looked([], refused)).toBe("bunny was refused 1 times, and nobody is told");
    expect(await looked([OWN], refused)).toBeNull();
    // Of a serial that nobody has recorded.
    expect(await looked(["auth-callers"], refused)).toBeNull();
  });

  it("is broken by what stays open though it has been quiet", async () => {
    const ago = (seconds: number) => (world: World, now: number) => say(world, 1, { at: now - seconds });
    expect(await looked([FLOOD], ago(961))).toMatch(
      /has been quiet for longer than 900 seconds, and is open$/,
    );
    expect(await looked([FLOOD], ago(950))).toBeNull();
    expect(await looked(["auth-scan"], ago(1_430))).toBeNull();
    expect(await looked(["auth-scan"], ago(1_450))).toMatch(/has been quiet/);
  });

  it("is broken by what is told of bunny long after it was let in, and not before", async () => {
    const refused = (isLetIn: boolean) => (world: World, now: number) => {
      say(world, 1, own("expired", { at: now - 970 }));
      if (isLetIn) say(world, 1, own(null, { at: now - 900 }));
    };
    expect(await looked([OWN], refused(true))).toMatch(/has been quiet/);
    expect(await looked([OWN], refused(false))).toBeNull();
  });
});
