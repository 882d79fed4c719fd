import { describe, expect, it } from "vitest";
import { ACTS, type Fault, type WORKLOAD_ACTS } from "./faults.ts";
import { begin, end, meddle } from "./happenings.ts";
import { API_KEY, CERTIFICATE } from "./link.ts";
import { incidentOf } from "./promises/test-callers.ts";
import { worldAtRest } from "./promises/test-world.ts";
import { createWorld, FOREIGN } from "./world.ts";

const place = (at: number) => ({ at, seconds: 600 });
const newWorld = () => createWorld({ seed: 1, faults: [], isTraced: false });

describe("begin and end", { timeout: 60_000 }, () => {
  it("freeze the link, and thaw it", async () => {
    const world = await newWorld();
    const freeze: Fault = { kind: "freeze", ...place(world.clock.now()) };
    begin(world, freeze);
    expect(world.journal.freeze.stands.frozen).toBe(true);
    world.clock.advance(600);
    end(world, freeze);
    expect(world.journal.freeze.stands.frozen).toBe(false);
  });

  it("ask for a new API key, and bring a stranger to relay", async () => {
    const world = await newWorld();
    const now = world.clock.now();
    begin(world, { kind: "rotation-asked", at: now, seconds: 0 });
    expect([...world.keysTable.asked]).toEqual([[API_KEY.desired.name, now]]);
    const knocking: Fault = {
      kind: "knocking",
      ...place(now),
      from: "elsewhere",
      reason: "unknown-ca",
      sources: 1,
      lines: 3,
    };
    begin(world, knocking);
    expect(world.callers.knockers).toEqual([{ fault: knocking, said: 0 }]);
  });

  it("have replicas and pods come, go, lag and start again", async () => {
    const world = await worldAtRest();
    const { clock, replicas, pods } = world;
    const act = (what: (typeof WORKLOAD_ACTS)[number], which = 0) =>
      begin(world, { kind: "workload", ...place(clock.now()), act: what, which });
    for (let times = 0; times < 4; times += 1) {
      act("replica-comes");
      act("pod-comes");
    }
    expect([replicas.length, pods.length]).toEqual([4, 4]);
    act("replica-late", 1);
    act("pod-late", 1);
    const until = clock.now() + 600;
    expect(replicas.map(({ lateUntil }) => lateUntil)).toEqual([0, until, 0, 0]);
    expect(pods.map(({ key }) => key.lateUntil)).toEqual([0, until, 0, 0]);
    expect(pods[0]?.working).toBeDefined();
    act("pod-restarts");
    expect([pods[0]?.working, pods[0]?.key.working]).toEqual([undefined, undefined]);
    expect(pods[0]?.file).toBeDefined();
    for (let times = 0; times < 5; times += 1) act("replica-goes");
    // The last one that answers stays.
    expect(replicas.filter(({ ready }) => ready).length).toBeGreaterThan(0);
  });
});

describe("meddle", { timeout: 60_000 }, () => {
  it("cancels the certificate's request, or changes its policy, and touches nobody else's", async () => {
    const world = await worldAtRest();
    const entry = world.vault.entries.get(CERTIFICATE.name);
    const foreign = JSON.stringify(world.vault.entries.get(FOREIGN));
    const before = JSON.stringify(entry?.policy);
    meddle(world, { act: "foreign-policy", which: 0 });
    expect(JSON.stringify(world.vault.entries.get(CERTIFICATE.name)?.policy)).not.toBe(before);
    await world.vault.requestByHand(CERTIFICATE.name, entry?.policy ?? {});
    const status = () => world.vault.entries.get(CERTIFICATE.name)?.request?.status;
    expect(status()).toBe("in-progress");
    meddle(world, { act: "cancel-request", which: 0 });
    expect(status()).not.toBe("in-progress");
    expect(JSON.stringify(world.vault.entries.get(FOREIGN))).toBe(foreign);
    expect(world.meddledAt).toBeNull();
  });

  it("moves a label, types a value, sets and disables bunny's key, and says since when", async () => {
    const world = await worldAtRest();
    const { keySecret, keyVault, clock } = world;
    const labels = () => JSON.stringify([...keySecret.placed]);
    const [before, versions, keys] = [labels(), keySecret.versions.size, keyVault.versions.length];
    meddle(world, { act: "value-typed", which: 0 });
    expect(keySecret.versions.size).toBe(versions + 1);
    expect(world.meddledAt).toBe(clock.now());
    const since = world.meddledAt;
    clock.advance(60);
    meddle(world, { act: "label-moved", which: 0 });
    expect(labels()).not.toBe(before);
    meddle(world, { act: "vault-key-set", which: 0 });
    expect(keyVault.versions.length).toBe(keys + 1);
    meddle(world, { act: "vault-key-disabled", which: 0 });
    expect(keyVault.newest?.enabled).toBe(false);
    expect(world.meddledAt).toBe(since);
  });

  it("deletes the last message, and says of which incident; nothing where there is none", async () => {
    const world = await newWorld();
    meddle(world, { act: "message-deleted", which: 0 });
    expect(world.removed.size).toBe(0);
    const incident = incidentOf("a key");
    const removed: string[] = [];
    const channel = {
      ...world.channel,
      messages: [{ ts: "1", incident, replies: [] }],
      remove: (ts: string) => void removed.push(ts),
    };
    meddle({ ...world, channel }, { act: "message-deleted", which: 0 });
    expect([removed, [...world.removed]]).toEqual([["1"], [incident.id]]);
  });

  it("does something for each act that there is", async () => {
    const world = await newWorld();
    for (const act of ACTS) expect(() => meddle(world, { act, which: 1 })).not.toThrow();
  });
});
