import { describe, expect, it } from "vitest";
import { KeyReplica } from "../../model/api-key-workloads.ts";
import { API_KEY } from "../link.ts";
import { within } from "../runs.ts";
import { keyAccepted } from "./key-accepted.ts";
import { nothingUnseen } from "./nothing-unseen.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { runNamed, stepOf, worldAtRest } from "./test-world.ts";

const KEY = API_KEY.desired.name;

describe("keyAccepted", { timeout: 60_000 }, () => {
  it("is broken by a label that is taken off the key of a pod, whoever has meddled before", async () => {
    const world = await worldAtRest();
    const watch = keyAccepted.watch(world);
    const move = stepOf("secret.move", KEY);
    world.meddledAt = world.clock.now();
    watch.before?.(move);
    expect(watch.after?.(move)).toBeNull();
    for (const label of ["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"] as const)
      world.keySecret.attach(label, null);
    expect(watch.after?.(move)).toBe("secret.move takes a key away that a pod needs");
  });

  it("is broken by a push of what a replica has not loaded", async () => {
    const world = await worldAtRest();
    const watch = keyAccepted.watch(world);
    const push = stepOf("hand.key-set", KEY);
    expect(watch.after?.(push)).toBeNull();
    world.keyVault.put("0123456789abcdef");
    expect(watch.after?.(push)).toBe("a key is pushed that 2 replicas have not loaded");
  });

  it("is broken by a replica that does not accept what a pod holds, once it answers at all", async () => {
    const world = await worldAtRest();
    const watch = keyAccepted.watch(world);
    expect(watch.now?.()).toBeNull();
    const late = new KeyReplica("relay-2", world.keyLog, world.clock.now());
    world.replicas.push(late);
    expect(watch.now?.()).toBeNull();
    late.ready = true;
    expect(watch.now?.()).toBe("relay-2 does not accept what bunny-0 holds");
  });
});

describe("keyAccepted, of a pod whose certificate has ended", { timeout: 60_000 }, () => {
  const DAYS = 8 * 86_400;

  it("asks nothing while it cannot come, and one of its keys is enough until it has changed over", async () => {
    const world = await worldAtRest();
    const watch = keyAccepted.watch(world);
    const [pod] = world.pods;
    if (pod === undefined) throw new Error("a world without pods");
    const [good] = pod.key.holds;
    pod.key.working = "0123456789abcdef";
    expect(watch.now?.()).toBe("relay-0 does not accept what bunny-0 holds");
    world.clock.advance(DAYS);
    expect(watch.now?.()).toBeNull();
    world.clock.advance(-DAYS);
    expect(watch.now?.()).toBeNull();
    pod.key.file = "fedcba9876543210";
    expect(watch.now?.()).toBe("relay-0 does not accept what bunny-0 holds");
    pod.key.file = good;
    pod.key.working = good;
    expect(watch.now?.()).toBeNull();
    pod.key.working = "0123456789abcdef";
    expect(watch.now?.()).toBe("relay-0 does not accept what bunny-0 holds");
  });
});

describe("nothingUnseen", { timeout: 60_000 }, () => {
  it("is broken by a key that takes the place of one which its run has not seen", async () => {
    const world = await worldAtRest();
    const watch = nothingUnseen.watch(world);
    const run = runNamed("one");
    const set = () => {
      watch.before?.(stepOf("hand.key-set", KEY, run));
      world.keyVault.put("0123456789abcdef");
      return watch.after?.(stepOf("hand.key-set", KEY, run));
    };
    watch.after?.(stepOf("hand.key-observe", KEY, run));
    expect(set()).toBeNull();
    world.keyVault.put(null);
    expect(set()).toBe("hand.key-set is of bunny's API key that its run has not seen");
  });

  it("holds when a write of what was not seen changes nothing", async () => {
    const world = await worldAtRest();
    const watch = nothingUnseen.watch(world);
    const set = stepOf("hand.key-set", KEY);
    watch.before?.(set);
    expect(watch.after?.(set)).toBeNull();
  });
});

describe("oneAtATime", { timeout: 60_000 }, () => {
  it("is broken when a lease that is held is given to another, and not when it was let go", async () => {
    const world = await worldAtRest();
    const acquire = stepOf("lease.acquire");
    const holding = (fence: number, until: number) => ({
      ...world,
      lease: { ...world.lease, stands: { holder: `run ${fence}`, fence, until } },
    });
    const now = world.clock.now();
    const told = [holding(1, now + 60), holding(1, now)].map((lived) => {
      const watch = oneAtATime.watch(lived);
      watch.before?.(acquire);
      lived.lease = { ...lived.lease, stands: { holder: "run 2", fence: 2, until: now + 90 } };
      return watch.after?.(acquire);
    });
    expect(told).toEqual(["run 2 was given the lease that run 1 holds", null]);
  });

  it("sees who holds the lease of a world", async () => {
    const world = await worldAtRest();
    const run = runNamed("one");
    const asked = within(run, () => world.lease.acquire(run.name));
    await world.timeline.runUntil(world.clock.nowMs() + 10_000);
    await asked;
    expect(world.lease.stands.holder).toBe("one");
  });
});
