import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type KeysWorld, pass } from "../../local/model/pre-shared-world.ts";
import { linkDigest } from "../link/load.ts";
import { lookAfterPreSharedKeys, planPreSharedRun } from "./pre-shared-run.ts";
import { cloudFailure, link, testBrain } from "./test-pre-shared-brain.ts";
import { calm, HOUR, lookFor } from "./test-pre-shared-link.ts";

const run = async (world: KeysWorld, changes: Parameters<typeof testBrain>[1] = {}) => {
  const opened = testBrain(world, changes);
  return { ...opened, report: await lookAfterPreSharedKeys(opened.brain) };
};

/** All keys are new. */
async function rotated() {
  const world = calm();
  await lookFor(world, 6 * HOUR);
  return world;
}

describe("lookAfterPreSharedKeys", () => {
  it("carries out one step, and says which, why, and what came of it", async () => {
    const { report, events } = await run(calm());
    expect(report).toMatchObject({ outcome: "done", trouble: [] });
    expect(report.tunnels.map(({ name, state, step }) => [name, state, step])).toEqual([
      ["tunnel-1", "rotating", "tunnel-1: store the key that AWS's end has: nothing is stored"],
      ["tunnel-2", "in-order", null],
    ]);
    expect(events("pre-shared-keys.planned")).toMatchObject([
      {
        step: { tunnel: "tunnel-1", step: "adopt", reason: "nothing-stored" },
        frozen: false,
        complete: true,
      },
    ]);
    expect(events("pre-shared-key.step")).toMatchObject([
      { level: "info", tunnel: "tunnel-1", step: "adopt", outcome: "done" },
    ]);
    expect(events("run.finished")).toMatchObject([{ tunnels: 2, trouble: 0 }]);
  });

  it("says nothing of a step when none is due", async () => {
    const { report, events, told } = await run(await rotated());
    expect(report).toMatchObject({ outcome: null, trouble: [] });
    expect(report.tunnels.map(({ state, waiting }) => [state, waiting])).toEqual([
      ["in-order", null],
      ["in-order", null],
    ]);
    expect(events("pre-shared-key.step")).toEqual([]);
    expect(told).toMatchObject([{ concern: "keys", conditions: [], complete: true }]);
  });

  it("tells what holds, and is not complete while a cloud could not be asked", async () => {
    const world = await rotated();
    world.away.set("hand", world.now + 2 * HOUR);
    await lookFor(world, 1_200);
    const { told, report } = await run(world);
    expect(told[0]?.complete).toBe(false);
    expect(told[0]?.conditions.map(({ key }) => key)).toEqual([
      "pre-shared-key:tunnel-1:unreadable",
      "pre-shared-key:tunnel-2:unreadable",
    ]);
    expect(report.tunnels.map(({ state }) => state)).toEqual(["cannot-tell", "cannot-tell"]);
    expect(report.trouble).toEqual([
      expect.stringMatching(/^tunnel-1: its pre-shared keys could not be read: /),
      expect.stringMatching(/^tunnel-2: its pre-shared keys could not be read: /),
    ]);
  });

  it("warns of a step that was refused, by the word of whoever refused it", async () => {
    const world = calm();
    await lookFor(world, 120);
    const refusing = testBrain(world).brain.secrets;
    const secrets = new Map(
      [...refusing].map(([name, secret]) => [name, { ...secret, move: async () => "elsewhere" as const }]),
    );
    let steps: unknown[] = [];
    for (const end = world.now + HOUR; world.now < end && steps.length === 0; pass(world, 60))
      steps = (await run(world, { secrets })).events("pre-shared-key.step");
    expect(steps).toMatchObject([{ level: "warn", step: "stage", outcome: "refused", why: "elsewhere" }]);
  });

  it("is in trouble when nobody knows whether a step was carried out", async () => {
    const world = calm();
    const { secrets } = testBrain(world).brain;
    const failing = new Map(
      [...secrets].map(([name, secret]) => [
        name,
        { ...secret, write: () => Promise.reject(cloudFailure("InternalServiceError")) },
      ]),
    );
    const { report, events } = await run(world, { secrets: failing });
    expect(report.outcome).toBe("unknown");
    expect(report.trouble).toEqual([
      "tunnel-1: whether a step of its key was carried out is not known, InternalServiceError",
    ]);
    expect(events("pre-shared-key.step")).toMatchObject([{ level: "warn", code: "InternalServiceError" }]);
  });

  it("changes nothing while the link is frozen, and says so", async () => {
    const world = calm();
    world.frozen = true;
    const { report, events } = await run(world);
    expect(report.outcome).toBeNull();
    expect(events("run.frozen")).toHaveLength(1);
    expect(report.tunnels[0]?.waiting).toBe("the link is frozen");
    expect([...world.secrets.values()].every(({ versions }) => versions.size === 0)).toBe(true);
  });

  it("is in trouble while what is remembered cannot be read, and changes nothing", async () => {
    const world = calm();
    const { store } = testBrain(world).brain;
    const forgetful = { ...store, read: async () => ({ ...(await store.read()), memory: null }) };
    const { report } = await run(world, { store: forgetful });
    expect(report.trouble).toEqual([expect.stringContaining("memory#pre-shared-keys")]);
    expect([...world.secrets.values()].every(({ versions }) => versions.size === 0)).toBe(true);
  });

  it("takes away what was asked for once a younger key is current, and tells when that fails", async () => {
    const world = await rotated();
    const { brain, asked, events } = testBrain(world);
    asked.set("tunnel-1", world.now - 12 * HOUR);
    asked.set("another-key", world.now - 12 * HOUR);
    await lookAfterPreSharedKeys(brain);
    expect([...asked.keys()]).toEqual(["another-key"]);
    asked.set("tunnel-1", world.now - 12 * HOUR);
    const settle = () => Promise.reject(cloudFailure("ThrottlingException"));
    const failing = { ...brain, asking: { ...brain.asking, settle } };
    const { trouble } = await lookAfterPreSharedKeys(failing);
    expect(trouble).toEqual([expect.stringMatching(/^tunnel-1: .*ThrottlingException$/)]);
    expect(events("pre-shared-key.not-settled")).toMatchObject([{ level: "error", tunnel: "tunnel-1" }]);
  });

  const isInPlace = ({ memory }: KeysWorld) =>
    memory.tunnels.some(({ name, inPlaceSince }) => name === "tunnel-1" && inPlaceSince !== null);
  it.each([
    ["one new key for one wish, also for one that comes while the new key is on its way", 1],
    ["another one for a wish that comes once both ends have the new key: it may be current by then", 2],
  ])("makes %s", async (_what, keys) => {
    const world = await rotated();
    const { brain, asked, recorded } = testBrain(world);
    const goOnUntil = async (isOver: () => boolean) => {
      for (const end = world.now + 3 * HOUR; world.now < end && !isOver(); pass(world, 60))
        await lookAfterPreSharedKeys(brain);
    };
    pass(world, HOUR);
    asked.set("tunnel-1", world.now);
    await goOnUntil(() => (keys === 1 ? world.memory.attempt !== null : isInPlace(world)));
    asked.set("tunnel-1", world.now);
    await goOnUntil(() => false);
    expect(asked.size).toBe(0);
    const made = recorded.filter(({ reasons }) => reasons.some((text) => text.includes("make a new key")));
    expect(made).toHaveLength(keys);
  });

  it("writes each step into the history, in words and versions, and tells when that fails", async () => {
    const world = calm();
    const { recorded } = await run(world);
    expect(recorded).toMatchObject([
      {
        concern: "keys",
        target: "tunnel-1",
        kind: "pre-shared-key",
        reasons: ["tunnel-1: store the key that AWS's end has: nothing is stored"],
        actor: "warrener-test-rotate-pre-shared-keys",
        requestIds: { lambda: "run-1" },
      },
    ]);
    const record = () => Promise.reject(cloudFailure("ThrottlingException"));
    const { report, events } = await run(world, { audit: { record } });
    expect(report).toMatchObject({
      outcome: "done",
      trouble: [expect.stringMatching(/^tunnel-2: .*ThrottlingException$/)],
    });
    expect(events("pre-shared-key.unrecorded")).toMatchObject([{ tunnel: "tunnel-2", step: "adopt" }]);
    expect((await run(await rotated())).recorded).toEqual([]);
  });

  it("shows no key anywhere", async () => {
    const world = calm();
    const seen: unknown[] = [];
    for (const end = world.now + 2 * HOUR; world.now < end; pass(world, 60)) {
      const { report, logged, told, recorded } = await run(world);
      seen.push(report, logged, told, recorded);
    }
    const text = `${JSON.stringify(seen)}${inspect(seen, { depth: 20, maxArrayLength: null })}`;
    const keys = world.tunnels.flatMap(({ awsKey, azureKey }) => [awsKey, azureKey ?? awsKey]);
    const stored = [...world.secrets.values()].flatMap(({ versions }) =>
      [...versions.values()].map(({ value }) => String(JSON.parse(value).key)),
    );
    expect(stored.length).toBeGreaterThan(2);
    for (const key of [...keys, ...stored]) expect(text).not.toContain(key);
  });
});

describe("planPreSharedRun", () => {
  it("says how each tunnel's key stands and what would be done, and writes nothing", async () => {
    const world = calm();
    const { brain } = testBrain(world);
    const before = structuredClone(world.memory);
    const { now } = world;
    const planned = await planPreSharedRun(brain);
    expect(planned).toMatchObject({
      link: link.name,
      linkDigest: linkDigest(link),
      at: now,
      frozen: false,
      problems: [],
      trouble: [],
    });
    expect(planned.tunnels[0]).toEqual({
      name: "tunnel-1",
      createdAt: null,
      dueAt: null,
      state: "rotating",
      step: "tunnel-1: store the key that AWS's end has: nothing is stored",
      waiting: null,
      troubles: [],
    });
    expect(planned.tunnels[1]).toMatchObject({ step: null, waiting: "another tunnel's step comes first" });
    expect(world.memory).toEqual(before);
    expect([...world.secrets.values()].every(({ versions }) => versions.size === 0)).toBe(true);
  });

  it("says when a key was made and when it is due, and what could not be read", async () => {
    const world = await rotated();
    const { tunnels } = await planPreSharedRun(testBrain(world).brain);
    for (const { createdAt, dueAt } of tunnels) {
      expect(createdAt).toBeGreaterThan(world.now - 6 * HOUR);
      expect(dueAt).toBe((createdAt ?? 0) + 1_000 * HOUR);
    }
    world.away.set("secrets", world.now + HOUR);
    const blind = await planPreSharedRun(testBrain(world).brain);
    expect(blind.problems.map(({ name }) => name)).toEqual(["tunnel-1", "tunnel-2"]);
    expect(blind.tunnels[0]).toMatchObject({ createdAt: null, dueAt: null, state: "cannot-tell" });
  });
});
