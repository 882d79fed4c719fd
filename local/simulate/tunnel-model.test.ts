import { describe, expect, it } from "vitest";
import type { Fault } from "./faults.ts";
import { beginTunnelFault, endTunnelFault, passTunnels } from "./tunnel-happenings.ts";
import type { LivingTunnel } from "./tunnel-model.ts";
import { isAtWork, tunnelTurns } from "./tunnel-turns.ts";
import { KEY_POLICY } from "./tunnels.ts";
import { createWorld, type World } from "./world.ts";

const START = 1_795_248_000;
const MINUTE = 60;
/** Of a replacement and of coming up after it. */
const HALF_HOUR = 1_800;

const makeWorld = (faults: readonly Fault[] = []) => createWorld({ seed: 1, faults, isTraced: false });
const firstOf = ({ tunnels }: World): LivingTunnel => tunnels.model.named("one-a");

function passFor(world: World, seconds: number): void {
  for (let passed = 0; passed < seconds; passed += 10) {
    world.clock.advance(10);
    passTunnels(world);
  }
}

const isUpAfter = (world: World, seconds: number): boolean => {
  passFor(world, seconds);
  return firstOf(world).isUp;
};

describe("passTunnels", () => {
  it("breaks a tunnel in the first half of each period, and only that one where one is named", async () => {
    const flap: Fault = { kind: "tunnels-flap", at: START, seconds: 1_200, periodSeconds: 600, tunnel: 0 };
    const world = await makeWorld([flap]);
    passFor(world, MINUTE);
    expect(world.tunnels.model.all.map(({ isUp }) => isUp)).toEqual([false, true]);
    expect([isUpAfter(world, 230), isUpAfter(world, 90), isUpAfter(world, 240)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(isUpAfter(world, 1_200)).toBe(true);
  });

  it("has AWS tell of a tunnel that goes down, and of one that comes up", async () => {
    const world = await makeWorld([{ kind: "tunnels-flap", at: START, seconds: 60, periodSeconds: 120 }]);
    passFor(world, 10);
    expect(world.wakes).toHaveLength(2);
    passFor(world, 180);
    expect(world.wakes).toHaveLength(4);
  });

  it("has a person give one key to ends that are read differently, an hour after it was told", async () => {
    const world = await makeWorld();
    const { tables } = world.tunnels;
    const tunnel = firstOf(world);
    tunnel.azureKey = "another";
    const blind = { since: START, code: "ends-read-differently" };
    const known = { name: "one-a", upSince: null, differSince: null, comparedAt: null, inPlaceSince: null };
    tables.keyMemory = { ...tables.keyMemory, tunnels: [{ ...known, blind, asked: [] }] };
    passFor(world, 3_500);
    expect(tunnel.azureKey).toBe("another");
    passFor(world, 600);
    expect(tunnel.azureKey).toBe(tunnel.awsKey);
  });
});

describe("a fault of a tunnel", () => {
  it.each(["reset-azure", "replace-aws"] as const)(
    "that hangs is mended by %s, and by nothing else",
    async (mendedBy) => {
      const world = await makeWorld();
      const { model } = world.tunnels;
      const tunnel = firstOf(world);
      const repairs = {
        "reset-azure": () => model.reset(tunnel),
        "replace-aws": () => model.replace(tunnel, null, "us"),
      };
      beginTunnelFault(world, { kind: "tunnel-stuck", at: START, seconds: 0, tunnel: 0, mendedBy });
      expect(isUpAfter(world, MINUTE)).toBe(false);
      repairs[mendedBy === "reset-azure" ? "replace-aws" : "reset-azure"]();
      expect(isUpAfter(world, HALF_HOUR)).toBe(false);
      repairs[mendedBy]();
      expect(isUpAfter(world, HALF_HOUR)).toBe(true);
    },
  );

  it("is announced where it is maintenance, and then done", async () => {
    const world = await makeWorld();
    const maintenance: Fault = { kind: "maintenance", at: START, seconds: 3_600, tunnel: 0 };
    beginTunnelFault(world, maintenance);
    expect(firstOf(world).maintenance).toEqual({ pending: true, autoAppliedAt: START + 3_600 });
    expect(isUpAfter(world, MINUTE)).toBe(true);
    endTunnelFault(world, maintenance);
    expect([firstOf(world).isUp, firstOf(world).maintenance.pending]).toEqual([false, false]);
    expect(isUpAfter(world, HALF_HOUR)).toBe(true);
  });

  it.each([
    ["aws", false],
    ["azure", false],
    ["both", true],
  ] as const)("gives another key to %s", async (end, isSame) => {
    const world = await makeWorld();
    const { awsKey, azureKey } = firstOf(world);
    beginTunnelFault(world, { kind: "tunnel-key", at: START, seconds: 0, tunnel: 0, end });
    passFor(world, HALF_HOUR);
    const tunnel = firstOf(world);
    expect(tunnel.awsKey !== awsKey).toBe(end !== "azure");
    expect(tunnel.azureKey !== azureKey).toBe(end !== "aws");
    expect(tunnel.awsKey === tunnel.azureKey).toBe(isSame);
  });

  it.each([
    ["junk-current", "AWSCURRENT"],
    ["junk-pending", "AWSPENDING"],
  ] as const)("%s puts something else under a label", async (act, label) => {
    const world = await makeWorld();
    beginTunnelFault(world, { kind: "tunnel-secret", at: START, seconds: 0, tunnel: 0, act });
    const secret = world.tunnels.secrets.get("one-a");
    expect(secret?.versions.get(secret.labels.get(label) ?? "")?.value).toBe("changeme");
  });

  it("moves and drops labels", async () => {
    const world = await makeWorld();
    const labels = world.tunnels.secrets.get("one-a")?.labels;
    const edit = (act: "junk-current" | "junk-pending" | "pending-dropped" | "moved-back") =>
      beginTunnelFault(world, { kind: "tunnel-secret", at: START, seconds: 0, tunnel: 0, act });
    const first = labels?.get("AWSCURRENT");
    edit("junk-current");
    expect(labels?.get("AWSCURRENT")).not.toBe(first);
    edit("moved-back");
    edit("junk-pending");
    edit("pending-dropped");
    expect([labels?.get("AWSCURRENT"), labels?.has("AWSPENDING")]).toEqual([first, false]);
  });
});

describe("tunnelTurns", () => {
  it("is when a key is due, and when something that has begun ends", async () => {
    const world = await makeWorld();
    const createdAt = [...world.tunnels.secrets.values()].map(
      ({ versions }) => [...versions.values()][0]?.createdAt ?? 0,
    );
    const due = createdAt.map((at) => at + (KEY_POLICY.rotateEverySeconds ?? 0) + 60);
    expect(tunnelTurns(world.tunnels, START)).toEqual(due);
    world.tunnels.model.replace(firstOf(world), null, "others");
    const until = firstOf(world).replaced?.until ?? 0;
    expect(until).toBeGreaterThan(START);
    expect(tunnelTurns(world.tunnels, START)).toContain(until);
    expect(tunnelTurns(world.tunnels, until)).not.toContain(until);
    world.tunnels.model.setAzure(firstOf(world), null, "others");
    expect(tunnelTurns(world.tunnels, START)).toContain(firstOf(world).azureChange?.until);
  });

  it("calls a tunnel at work until its work is late", async () => {
    const { tunnels } = await makeWorld();
    const work = { tunnel: "one-a", reason: "planned", startedAt: START, dueAt: START + MINUTE } as const;
    tunnels.tables.memory = { ...tunnels.tables.memory, work };
    expect([isAtWork(tunnels, START), isAtWork(tunnels, START + MINUTE + 1)]).toEqual([true, false]);
  });
});
