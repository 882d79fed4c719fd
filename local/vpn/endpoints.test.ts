import { describe, expect, it } from "vitest";
import { azureEnd, firstId, oneTunnel, secondId, startMs, testWorld } from "./test-world.ts";
import { tunnelState } from "./tunnel.ts";

const secondMs = 1_000;
const minuteMs = 60_000;

describe("VpnWorld.replaceEndpoint", () => {
  it("stays down after a new endpoint where neither end begins", async () => {
    const azure = { ...azureEnd("a"), connectionMode: "ResponderOnly" as const };
    const passive = testWorld({ connections: oneTunnel({ azure }) });
    const settings = { startupAction: "start" as const, ikeVersions: ["ikev2"] };
    const active = testWorld({ connections: oneTunnel({ azure, settings }) });
    for (const { world, timers } of [passive, active]) {
      world.replaceEndpoint(world.tunnel("a"), { maintenance: false });
      await timers.advance(10 * minuteMs);
    }
    expect(tunnelState(passive.world.tunnel("a"))).toBe(0);
    expect(tunnelState(active.world.tunnel("a"))).toBe(1);
  });

  it("works on one tunnel of a connection at a time, and reads modifying only after a moment", async () => {
    const { world, timers, changes } = testWorld();
    const connection = world.connection(firstId);
    const [first, second] = connection?.tunnels ?? [];
    if (first === undefined || second === undefined) throw new Error("two tunnels are expected");
    expect(world.replaceEndpoint(first, { maintenance: false })).toBe(true);
    expect(tunnelState(first)).toBe(0);
    expect(connection?.state).toBe("available");
    expect(world.replaceEndpoint(second, { maintenance: false })).toBe(false);
    await timers.advance(3 * secondMs);
    expect(connection?.state).toBe("modifying");
    await timers.advance(3 * minuteMs);
    expect(connection?.state).toBe("available");
    expect(tunnelState(first)).toBe(0);
    await timers.advance(minuteMs);
    expect(tunnelState(first)).toBe(1);
    expect(changes).toContain("endpoint-replaced one-a");
  });

  it("takes as long as is drawn, from the least up to the most", async () => {
    for (const [drawn, minutes] of [
      [0, 3],
      [0.5, 11.5],
      [1, 20],
    ] as const) {
      const { world, timers } = testWorld({ draw: () => drawn });
      const tunnel = world.tunnel("one-a");
      world.replaceEndpoint(tunnel, { maintenance: false });
      await timers.advance(minutes * minuteMs - secondMs);
      expect(tunnel.aws.endpoint).toBe("replacing");
      await timers.advance(2 * secondMs);
      expect(tunnel.aws.endpoint).toBe("in-service");
    }
  });

  it("does announced maintenance by itself when its time has come, after what is under way", async () => {
    const { world, timers, changes } = testWorld();
    const tunnel = world.tunnel("one-a");
    world.announceMaintenance("one-a", startMs + 10 * minuteMs);
    expect(tunnel.aws.pendingMaintenance).toEqual({ autoAppliedAt: startMs + 10 * minuteMs });
    await timers.advance(9 * minuteMs);
    world.replaceEndpoint(tunnel, { maintenance: false });
    await timers.advance(4 * minuteMs);
    expect(tunnel.aws.pendingMaintenance).toBeDefined();
    await timers.advance(10 * minuteMs);
    expect(tunnel.aws).toMatchObject({ pendingMaintenance: undefined, endpoint: "in-service" });
    expect(tunnel.aws.lastMaintenanceAt).toBeGreaterThan(startMs);
    expect(changes[0]).toBe("maintenance-announced one-a");
    expect(() => world.announceMaintenance("two-a", startMs)).toThrow("no lifecycle control");
  });

  it("loses a deleted connection for good", async () => {
    const { world, timers, changes } = testWorld();
    const connection = world.connection(secondId);
    if (connection === undefined) throw new Error("the connection is expected");
    world.deleteConnection(connection);
    expect(tunnelState(world.tunnel("two-a"))).toBe(0);
    world.restore("two-a");
    await timers.advance(10 * minuteMs);
    expect(tunnelState(world.tunnel("two-a"))).toBe(0);
    expect(changes).toContain("connection-deleted two-a");
    expect(world.replaceEndpoint(world.tunnel("two-a"), { maintenance: false })).toBe(false);
  });
});
