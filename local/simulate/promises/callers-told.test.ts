import { describe, expect, it } from "vitest";
import type { Incident } from "../../../shared/alerts/incident.ts";
import { change } from "../../../shared/auth-failures/test-journal.ts";
import type { World } from "../world.ts";
import { callersTold } from "./callers-told.ts";
import { FLOOD, incidentOf, OWN, own, SERIAL, say, worldOfCallers } from "./test-callers.ts";
import { runNamed, stepOf } from "./test-world.ts";

/** What is found when this is written over what stands. */
async function written(world: World, after: Incident, isBatch = false) {
  const watch = callersTold.watch(world);
  // It began a second ago.
  const run = { ...runNamed("look"), endsAtMs: (world.clock.now() + 59) * 1_000 };
  if (isBatch) world.callers.batches.add(run);
  const step = stepOf("incidents.write", `any ${after.key}`, run);
  watch.before?.(step);
  const before = world.incidents.standing.get(after.key) ?? null;
  expect(await world.incidents.write({ kind: "open", before, after })).toBe(true);
  return watch.after?.(step) ?? null;
}
const opens = async (key: string, prepare: (world: World) => void) => {
  const world = await worldOfCallers();
  prepare(world);
  return await written(world, incidentOf(key, world.clock.now()));
};

const UNFOUNDED = / is told, and that has not happened$/;

describe("callersTold", () => {
  it("is broken by a flood of fewer than are told, of another caller, or within a longer time", async () => {
    expect(await opens(FLOOD, (world) => say(world, 20))).toBeNull();
    expect(await opens(FLOOD, (world) => say(world, 19))).toMatch(UNFOUNDED);
    expect(await opens(FLOOD, (world) => say(world, 20, { source: "203.0.113.10" }))).toMatch(UNFOUNDED);
    expect(await opens(FLOOD, (world) => say(world, 20, { reason: "unknown-ca" }))).toMatch(UNFOUNDED);
    const slowly = (world: World) => {
      say(world, 10, { at: world.clock.now() - 380 });
      say(world, 10);
    };
    expect(await opens(FLOOD, slowly)).toMatch(UNFOUNDED);
  });

  it("is broken by a scan of few addresses, and by lines that could be read", async () => {
    const from = (count: number) => (world: World) => {
      for (let index = 0; index < count; index += 1) say(world, 1, { source: `203.0.113.${index}` });
    };
    expect(await opens("auth-scan", from(20))).toBeNull();
    expect(await opens("auth-scan", from(15))).toMatch(UNFOUNDED);
    expect(await opens("auth-unread", (world) => say(world, 20, { reason: "cut-off" }))).toBeNull();
    expect(await opens("auth-unread", (world) => say(world, 20))).toMatch(UNFOUNDED);
  });

  it("is broken by what is told of bunny, of its network, or of late lines without any such line", async () => {
    expect(await opens(OWN, (world) => say(world, 30))).toMatch(UNFOUNDED);
    expect(await opens("auth-callers", (world) => say(world, 30))).toMatch(UNFOUNDED);
    expect(await opens("auth-callers", (world) => say(world, 1, { who: "near" }))).toBeNull();
    expect(await opens("auth-late", (world) => say(world, 30))).toMatch(UNFOUNDED);
    expect(await opens("auth-late", (world) => say(world, 20, { takenAfter: 500 }))).toBeNull();
  });

  it("is broken by another reason than relay's, and by another cause", async () => {
    expect(await opens(OWN, (world) => say(world, 1, own("expired")))).toBeNull();
    expect(await opens(OWN, (world) => say(world, 1, own("revoked")))).toMatch(
      /relay has said nothing like it$/,
    );
    expect(await opens(OWN, (world) => say(world, 1, own("expired", { serial: "b2" })))).toMatch(
      /which is not why bunny is refused$/,
    );
  });

  it("is broken when a newer certificate was recorded long before, and that is not told", async () => {
    const world = await worldOfCallers();
    const at = world.clock.now();
    for (const [index, serial] of [SERIAL, "c3"].entries())
      await world.audit.record(
        change("merge", { target: "bunny-client", at: at + index, after: { serial } }),
      );
    world.clock.advance(301);
    say(world, 1, own("expired"));
    expect(await written(world, incidentOf(OWN))).toMatch(/which is not why bunny is refused$/);
  });

  it("is broken when a flood or bunny's own are said to be over while their lines were taken", async () => {
    const close = async (key: string, prepare: (world: World) => void) => {
      const world = await worldOfCallers();
      await world.incidents.write({ kind: "open", before: null, after: incidentOf(key) });
      prepare(world);
      return await written(world, incidentOf(key, undefined, { state: "closed", revision: 2 }));
    };
    const ago = (seconds: number) => (world: World) => say(world, 1, { at: world.clock.now() - seconds });
    expect(await close(FLOOD, ago(700))).toMatch(/is said to be over, and 1 of its lines were taken since$/);
    expect(await close(FLOOD, ago(901))).toBeNull();
    expect(await close(OWN, ago(700))).toBeNull();
    const refused = (world: World) => say(world, 1, own("expired", { at: world.clock.now() - 700 }));
    expect(await close(OWN, refused)).toMatch(/is said to be over/);
  });

  it("is broken when a batch says that something is over", async () => {
    const world = await worldOfCallers();
    await world.incidents.write({ kind: "open", before: null, after: incidentOf(FLOOD) });
    const closed = incidentOf(FLOOD, undefined, { state: "closed", revision: 2 });
    expect(await written(world, closed, true)).toMatch(/^a batch of lines says/);
  });
});
