/** A rotation that is struck at each of its calls: bunny is never locked out, and the next looks finish it. */
import { describe, expect, it } from "vitest";
import { sampled } from "../property.ts";
import type { KeyStrike } from "./api-key-calls.ts";
import { faultsOf, live, servedWorld } from "./api-key-days.ts";
import type { Away, KeyWorld } from "./api-keys.ts";

const DESIRED = { graceSeconds: 300, provenWithinSeconds: 600 };
const SETTLED_SECONDS = 1_800;

async function rotating(): Promise<KeyWorld> {
  const world = await servedWorld({ desired: DESIRED });
  world.askedAt = world.now;
  world.calls.made.length = 0;
  return world;
}

const STRIKES: readonly KeyStrike[] = [
  { effect: "dies", when: "before" },
  { effect: "dies", when: "after" },
  { effect: "unanswered", when: "before" },
  { effect: "unanswered", when: "after" },
  { effect: "throttled", when: "before" },
];

const OUTAGES: readonly { readonly who: readonly (keyof Away)[]; readonly seconds: number }[] = [
  { who: ["secret", "log", "memory"], seconds: 200 },
  { who: ["secret", "log", "memory"], seconds: 2_000 },
  { who: ["hand", "vault"], seconds: 200 },
  { who: ["hand", "vault"], seconds: 2_000 },
  { who: ["link"], seconds: 2_000 },
];

async function expectFinished(world: KeyWorld, first: string | null | undefined): Promise<void> {
  expect(faultsOf(world)).toEqual([]);
  expect(world.broken).toEqual([]);
  expect(world.pods.map(({ refusedPolls }) => refusedPolls)).toEqual([0, 0]);
  expect(world.vault.newest?.keyId).not.toBe(first);
  // And it is at rest: nothing more is planned.
  expect((await world.look())?.plan.step).toEqual({ kind: "none" });
}

async function callsOfOne(): Promise<number> {
  const world = await rotating();
  await live(world, SETTLED_SECONDS);
  const isWrite = ({ operation }: { readonly operation: string }) => /^(Put|Update|set)/.test(operation);
  expect(
    world.calls.made
      .filter(isWrite)
      .map(({ operation }) => operation)
      .filter((name) => name !== "PutItem"),
  ).toEqual([
    "PutSecretValue",
    "UpdateSecretVersionStage",
    "setSecret",
    "UpdateSecretVersionStage",
    "UpdateSecretVersionStage",
  ]);
  return world.calls.made.length;
}

describe("a rotation", () => {
  it("is finished by the next looks, wherever its process ends or a call stays unanswered", async () => {
    const calls = await callsOfOne();
    const cases = Array.from({ length: calls }, (_, at) => STRIKES.map((strike) => ({ at, strike }))).flat();
    for (const { at, strike } of sampled(cases, 3)) {
      const world = await rotating();
      const first = world.vault.newest?.keyId;
      world.calls.strike = (_call, index) => (index === at ? strike : undefined);
      await live(world, 2 * SETTLED_SECONDS);
      await expectFinished(world, first);
    }
  });

  it("is finished after an outage of either cloud, or of the link, whenever that begins", async () => {
    const calls = await callsOfOne();
    const cases = Array.from({ length: calls }, (_, at) => OUTAGES.map((outage) => ({ at, outage }))).flat();
    for (const { at, outage } of sampled(cases, 5)) {
      const world = await rotating();
      const first = world.vault.newest?.keyId;
      world.calls.strike = (_call, index) => {
        if (index === at) for (const who of outage.who) world.away[who] = world.now + outage.seconds;
        return undefined;
      };
      await live(world, outage.seconds + 3 * SETTLED_SECONDS);
      await expectFinished(world, first);
    }
  });

  it("tells and keeps no key, whatever strikes it", async () => {
    const world = await rotating();
    world.calls.strike = (_call, index) =>
      index % 7 === 3 ? { effect: "unanswered", when: "after" } : undefined;
    await live(world, 3 * SETTLED_SECONDS);
    const told = JSON.stringify(world.told);
    const keys = [...world.secret.versions.keys()].flatMap(
      (versionId) => world.secret.keyOf(versionId)?.key.unwrap() ?? [],
    );
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter((key) => told.includes(key))).toEqual([]);
  });
});
