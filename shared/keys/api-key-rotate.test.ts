import { describe, expect, it } from "vitest";
import { faultsOf, live, servedWorld } from "../../local/model/api-key-days.ts";
import { type KeyWorld, KeyWorld as World } from "../../local/model/api-keys.ts";
import { CloudError } from "../runtime/errors.ts";
import { type KeyRotation, observeApiKey, rotateApiKey } from "./api-key-rotate.ts";

const lookWith = async (world: KeyWorld, changes: Partial<KeyRotation> = {}) =>
  await rotateApiKey({ ...world.rotation(), ...changes }, world.askedAt);
const operationsOf = ({ calls }: KeyWorld) => calls.made.map(({ operation }) => operation);

/** A rotation is asked for. */
async function asked(): Promise<KeyWorld> {
  const world = await servedWorld();
  world.askedAt = world.now;
  world.calls.made.length = 0;
  return world;
}

/** The new key is pending and loaded: the next look pushes it. */
async function staged(): Promise<KeyWorld> {
  const world = await asked();
  await live(world, 120, 20);
  world.calls.made.length = 0;
  return world;
}

describe("rotateApiKey", () => {
  it("carries out one step at a look, from the first key to the end of the grace", async () => {
    const world = await asked();
    const steps: string[] = [];
    for (let looks = 0; looks < 45; looks += 1) {
      const look = await world.look();
      if (look?.outcome === "done") steps.push(look.plan.step.kind);
      await live(world, 60, 600);
    }
    expect(steps).toEqual(["stage", "push", "promote", "retire"]);
    expect([...faultsOf(world), ...world.broken]).toEqual([]);
    expect(world.pods.map(({ refusedPolls }) => refusedPolls)).toEqual([0, 0]);
  });

  it.each([true, false])(
    "makes the first key, where a first version becomes current: %s",
    async (isFirstCurrent) => {
      const world = await servedWorld({ isFirstCurrent });
      expect([...faultsOf(world), ...world.broken]).toEqual([]);
      expect(world.secret.versions.size).toBe(1);
    },
  );

  it("rotates by the time alone where the link says so, with relay's log away", async () => {
    const desired = { proof: { after: 600 }, graceSeconds: 1_200 };
    const world = new World({ desired });
    world.away.log = world.now + 86_400;
    await live(world, 1_800);
    world.addPod("bunny-0");
    await live(world, 1_800);
    world.askedAt = world.now;
    const first = world.vault.newest?.keyId;
    await live(world, 7_200);
    expect([...faultsOf(world), ...world.broken]).toEqual([]);
    expect(world.vault.newest?.keyId).not.toBe(first);
    expect(operationsOf(world)).not.toContain("FilterLogEvents");
  });

  it("goes on with a rotation that is asked for in the second of the vault's last change", async () => {
    const world = new World({ desired: { proof: { after: 600 }, graceSeconds: 1_200 } });
    // No second passes from the push to the staging.
    for (await world.look(); world.vault.newest === undefined; await world.look()) world.tick();
    const first = world.vault.newest.keyId;
    world.askedAt = world.now;
    const staging = await world.look();
    expect(staging?.plan.step).toMatchObject({ kind: "stage", reason: "asked-for" });
    await live(world, 780);
    expect(world.vault.newest?.keyId).not.toBe(first);
    expect(world.broken).toEqual([]);
  });

  it("rolls back a rotation that a replica does not load, tells of it, and tries again later", async () => {
    const world = await asked();
    const [first] = world.replicas;
    if (first === undefined) throw new Error("a relay without replicas");
    first.lateUntil = world.now + 3_600;
    const kept = world.vault.newest?.keyId;
    await live(world, 2_400);
    const look = await world.look();
    expect(look?.plan.step).toMatchObject({ kind: "wait", reason: "back-off" });
    expect(look?.plan.troubles.map(({ reason }) => reason)).toEqual(["given-up"]);
    expect(faultsOf(world)).toEqual([]);
    expect(world.vault.newest?.keyId).toBe(kept);
    await live(world, 4 * 3_600);
    expect([...faultsOf(world), ...world.broken]).toEqual([]);
    expect(world.vault.newest?.keyId).not.toBe(kept);
  });

  it("keeps the old key for as long as one pod is not given the new one", async () => {
    const world = await asked();
    const [, late] = world.pods;
    if (late === undefined) throw new Error("a bunny with one pod");
    late.lateUntil = world.now + 3 * 3_600;
    await live(world, 3 * 3_600);
    const look = await world.look();
    expect(look?.plan.step).toMatchObject({ kind: "wait", reason: "still-used" });
    expect(look?.plan.troubles.map(({ reason }) => reason)).toEqual(["previous-in-use"]);
    await live(world, 3_600);
    expect([...faultsOf(world), ...world.broken]).toEqual([]);
  });

  it("writes nothing when it may not", async () => {
    const world = await staged();
    const look = await lookWith(world, { mayWrite: () => Promise.resolve(false) });
    expect(look).toMatchObject({ outcome: "not-allowed", plan: { step: { kind: "push" } } });
    expect(operationsOf(world)).not.toContain("setSecret");
  });

  it("moves no label to a key whose lease was lost meanwhile", async () => {
    const world = await asked();
    const answers = [true, false];
    const look = await lookWith(world, { mayWrite: () => Promise.resolve(answers.shift() ?? false) });
    expect(look.outcome).toBe("not-allowed");
    expect(operationsOf(world)).toContain("PutSecretValue");
    expect(operationsOf(world)).not.toContain("UpdateSecretVersionStage");
  });

  it("makes one version alone while the label for it cannot be moved, and goes on with that one", async () => {
    const world = await asked();
    world.calls.strike = ({ operation }) =>
      operation === "UpdateSecretVersionStage" ? { effect: "unanswered", when: "before" } : undefined;
    const made = world.secret.versions.size;
    await live(world, 24 * 3_600, 300);
    expect(world.secret.versions.size).toBe(made + 1);
    const look = await world.look();
    expect(look?.plan.troubles.map(({ reason }) => reason)).toContain("not-labelled");
    world.calls.strike = () => undefined;
    await live(world, 2 * 3_600);
    expect([...faultsOf(world), ...world.broken]).toEqual([]);
    expect(world.secret.versions.size).toBe(made + 1);
    expect(world.memory?.draft).toBeNull();
  });

  it("writes the version under the name that it has written down, also after that was lost", async () => {
    const world = await asked();
    world.calls.strike = ({ operation }) =>
      operation === "PutSecretValue" ? { effect: "unanswered", when: "before" } : undefined;
    await lookWith(world);
    const begun = world.memory?.draft?.id;
    world.calls.strike = () => undefined;
    world.now += 60;
    expect((await lookWith(world)).outcome).toBe("done");
    expect([...world.secret.versions.keys()].at(-1)).toBe(begun);
  });

  it("leaves the step to the other run that has written down its own", async () => {
    const world = await staged();
    const { memory } = world.rotation();
    const look = await lookWith(world, { memory: { ...memory, write: () => Promise.resolve("elsewhere") } });
    expect(look.outcome).toBe("elsewhere");
    expect(operationsOf(world)).not.toContain("setSecret");
  });

  it("changes nothing when what it does cannot be written down", async () => {
    const world = await staged();
    world.away.memory = world.now + 60;
    await expect(lookWith(world)).rejects.toThrow(CloudError);
    expect(operationsOf(world)).toEqual(["GetItem"]);
  });

  it("writes down that it asks for a push before it asks", async () => {
    const world = await staged();
    await lookWith(world);
    const operations = operationsOf(world);
    expect(operations.indexOf("PutItem")).toBeGreaterThan(-1);
    expect(operations.indexOf("PutItem")).toBeLessThan(operations.indexOf("setSecret"));
  });

  it("pushes no key but the one that it observed, and none into a vault that has changed", async () => {
    const world = await staged();
    const { secret, vault } = world.rotation();
    const gone = { ...secret, readKey: () => Promise.resolve(null) };
    expect((await lookWith(world, { secret: gone })).outcome).toBe("gone");
    const deleted = { ...vault, setKey: () => Promise.resolve("deleted" as const) };
    expect((await lookWith(world, { vault: deleted })).outcome).toBe("deleted");
    expect(world.memory?.hidden).toEqual({ since: world.now, triedAt: world.now });
    world.memory = world.memory === null ? null : { ...world.memory, hidden: null };
    const other = { ...secret, readKey: () => secret.readKey([...world.secret.versions.keys()][0] ?? "") };
    expect((await lookWith(world, { secret: other })).outcome).toBe("gone");
    expect(operationsOf(world)).not.toContain("setSecret");
    const changed = { ...vault, setKey: () => Promise.resolve("elsewhere" as const) };
    expect((await lookWith(world, { vault: changed })).outcome).toBe("elsewhere");
  });

  it("says that nobody knows whether a step was carried out, and what was not answered", async () => {
    const world = await staged();
    world.calls.strike = ({ operation }) =>
      operation === "setSecret" ? { effect: "unanswered", when: "after" } : undefined;
    const look = await lookWith(world);
    expect(look.outcome).toBe("unknown");
    expect(look.failure).toMatchObject({ operation: "setSecret", code: "unreachable" });
  });

  it("waits under its own name for a cloud that does not answer", async () => {
    const world = await staged();
    world.away.hand = world.now + 60;
    const look = await lookWith(world);
    expect(look.plan.step).toMatchObject({ reason: "vault-unreadable" });
    expect(look).toMatchObject({
      outcome: "nothing-to-do",
      failure: { provider: "azure", code: "unreachable" },
    });
  });
});

describe("observeApiKey", () => {
  it("changes nothing, and tells what would be done", async () => {
    const world = await staged();
    const { plan } = await observeApiKey(world.rotation(), world.memory, world.askedAt);
    expect(plan.step).toMatchObject({ kind: "push", reason: "rotation" });
    expect(operationsOf(world)).toEqual([
      "DescribeSecret",
      "listPropertiesOfSecretVersions",
      "FilterLogEvents",
    ]);
  });
});
