import type { DescribeVpnConnectionsResult, EC2Client, VpnConnection } from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { startEc2, type TestEc2 } from "../../local/aws/ec2/test-ec2.ts";
import { firstId, secondId, startMs } from "../../local/vpn/test-world.ts";
import { awsTunnels, readMaintenance } from "./aws.ts";
import type { DesiredTunnel } from "./schema.ts";

const opened: TestEc2[] = [];
afterEach(async () => {
  for (const { server, world, ec2 } of opened.splice(0)) {
    ec2.destroy();
    world.stop();
    await server.close();
  }
});

async function start() {
  const started = await startEc2();
  opened.push(started);
  return { ...started, aws: awsTunnels(started.ec2) };
}

/** EC2 answers with something else than its stand-in ever would. */
function answerWith(
  ec2: EC2Client,
  change: (connections: readonly VpnConnection[]) => DescribeVpnConnectionsResult,
): void {
  ec2.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { $metadata, VpnConnections = [] } = Described.parse(answer.output);
      return { ...answer, output: { $metadata, ...change(VpnConnections) } };
    },
    { step: "initialize" },
  );
}
const Described = z.object({
  $metadata: z.object({}),
  VpnConnections: z.array(z.custom<VpnConnection>(() => true)).optional(),
});

const startAt = startMs / 1_000;
const oneA: DesiredTunnel = {
  name: "one-a",
  connection: "one",
  vpnConnectionId: firstId,
  outsideIp: "198.51.100.10",
  routing: "bgp",
};
const MINUTE_MS = 60_000;

describe("describe", () => {
  it("reads every connection in one call, each tunnel by its outside address", async () => {
    const { aws, sightings } = await start();
    const connections = await aws.describe([firstId, secondId, firstId]);
    expect([...connections.keys()].toSorted()).toEqual([firstId, secondId]);
    expect(connections.get(firstId)?.state).toBe("available");
    expect(connections.get(firstId)?.telemetry.get("198.51.100.10")).toEqual({
      status: "up",
      acceptedRoutes: 1,
    });
    expect(connections.get(firstId)?.telemetry.get("198.51.100.11")?.status).toBe("down");
    expect(sightings.filter(({ to }) => to === "ec2")).toHaveLength(1);
  });

  it("says of a tunnel without telemetry that it is there", async () => {
    const { aws, world } = await start();
    world.hideTelemetry("one-a");
    const connection = (await aws.describe([firstId])).get(firstId);
    expect([...(connection?.telemetry.keys() ?? [])]).toEqual(["198.51.100.11"]);
    expect(connection?.addresses).toEqual(new Set(["198.51.100.10", "198.51.100.11"]));
  });

  it("takes nothing with it that holds a key", async () => {
    const { aws, world } = await start();
    const keys = world.tunnels().map((tunnel) => tunnel.aws.preSharedKey);
    const text = JSON.stringify([...(await aws.describe([firstId]))], (_key, value) =>
      value instanceof Map || value instanceof Set ? [...value] : value,
    );
    expect(keys.length).toBeGreaterThan(1);
    for (const key of keys) expect(text).not.toContain(key);
    expect(text).not.toMatch(/PreSharedKey|xml|CustomerGateway/i);
  });

  it("leaves out a connection that AWS does not have, and reads the others", async () => {
    const { aws } = await start();
    const connections = await aws.describe([firstId, "vpn-0ffffffffffffffff"]);
    expect([...connections.keys()]).toEqual([firstId]);
    expect((await aws.describe(["vpn-0ffffffffffffffff"])).size).toBe(0);
  });

  it("cannot tell by an answer without a list: that is no empty one", async () => {
    const { ec2, aws } = await start();
    answerWith(ec2, () => ({}));
    await expect(aws.describe([firstId])).rejects.toMatchObject({
      ...{ name: "CloudError", operation: "DescribeVpnConnections" },
      ...{ code: "unreadable-answer", retryable: true },
    });
  });

  it("cannot tell of any that is missing beside one without its id, and reads the others", async () => {
    const { ec2, aws } = await start();
    answerWith(ec2, (VpnConnections) => ({
      VpnConnections: VpnConnections.map((one) => ({
        ...one,
        VpnConnectionId: one.VpnConnectionId === firstId ? undefined : one.VpnConnectionId,
      })),
    }));
    const connections = await aws.describe([firstId, secondId]);
    expect(connections.get(firstId)).toBeNull();
    expect(connections.get(secondId)).toMatchObject({ state: "available" });
  });

  it("does not take routes of which AWS says nothing for none", async () => {
    const { ec2, aws } = await start();
    const silent = (one: VpnConnection) =>
      one.VgwTelemetry?.map((end) => ({ ...end, AcceptedRouteCount: undefined }));
    answerWith(ec2, (VpnConnections) => ({
      VpnConnections: VpnConnections.map((one) => ({ ...one, VgwTelemetry: silent(one) })),
    }));
    const telemetry = (await aws.describe([firstId])).get(firstId)?.telemetry.get(oneA.outsideIp);
    expect(telemetry).toEqual({ status: "up", acceptedRoutes: null });
  });

  it("shows the state of a connection that is changed, though no list of the SDK has it", async () => {
    const { aws, timers } = await start();
    expect(await aws.replace(oneA)).toBe("begun");
    await timers.advance(10_000);
    expect((await aws.describe([firstId])).get(firstId)?.state).toBe("modifying");
  });

  it("cannot tell when it is not allowed to ask", async () => {
    const started = await startEc2({ authorize: () => Promise.resolve("denied") });
    opened.push(started);
    await expect(awsTunnels(started.ec2).describe([firstId])).rejects.toMatchObject({
      name: "CloudError",
      code: "UnauthorizedOperation",
      retryable: false,
    });
  });
});

describe("activeStatus", () => {
  it("says that IPsec is up where only BGP is down", async () => {
    const { aws, world, timers } = await start();
    world.breakBgp("one-a");
    await timers.advance(MINUTE_MS);
    expect((await aws.describe([firstId])).get(firstId)?.telemetry.get(oneA.outsideIp)?.status).toBe("down");
    expect(await aws.activeStatus(oneA)).toEqual({ ipsec: "up", provisioning: "available" });
  });

  it("says that IPsec is down in a tunnel that is cut", async () => {
    const { aws, world, timers } = await start();
    world.cut("one-a");
    await timers.advance(MINUTE_MS);
    expect(await aws.activeStatus(oneA)).toEqual({ ipsec: "down", provisioning: "available" });
  });

  it("says that AWS is at work", async () => {
    const { aws } = await start();
    await aws.replace(oneA);
    expect(await aws.activeStatus(oneA)).toMatchObject({ provisioning: "pending" });
  });

  it("cannot tell of a tunnel that AWS does not know", async () => {
    const { aws } = await start();
    await expect(aws.activeStatus({ ...oneA, outsideIp: "192.0.2.1" })).rejects.toMatchObject({
      code: "InvalidParameterValue",
      target: "one-a",
    });
  });
});

describe("maintenance", () => {
  it("finds none, one with its date, and none any more once it is done", async () => {
    const { aws, world, timers } = await start();
    const none = { pending: false, autoAppliedAt: null };
    expect(await aws.maintenance(oneA)).toEqual(none);
    world.announceMaintenance("one-a", startMs + 5 * MINUTE_MS);
    expect(await aws.maintenance(oneA)).toEqual({ pending: true, autoAppliedAt: startAt + 300 });
    await timers.advance(20 * MINUTE_MS);
    expect(await aws.maintenance(oneA)).toEqual(none);
  });
});

describe("readMaintenance", () => {
  const at = new Date("2026-11-28T08:00:00Z");
  const earlier = new Date("2026-11-27T08:00:00Z");
  const none = { pending: false, autoAppliedAt: null };
  it.each<[what: string, details: object | undefined, maintenance: object | null]>([
    ["nothing", undefined, none],
    ["no word", {}, none],
    ["a word for none", { PendingMaintenance: "None" }, none],
    ["a sentence for none", { PendingMaintenance: "No pending maintenance" }, none],
    ["a word without a date", { PendingMaintenance: "Available" }, { pending: true, autoAppliedAt: null }],
    ["a date", { MaintenanceAutoAppliedAfter: at }, { pending: true, autoAppliedAt: 1_795_852_800 }],
    [
      "a date, and one that was carried out before",
      { MaintenanceAutoAppliedAfter: at, LastMaintenanceApplied: earlier },
      { pending: true, autoAppliedAt: 1_795_852_800 },
    ],
    ["a date that is done with", { MaintenanceAutoAppliedAfter: earlier, LastMaintenanceApplied: at }, none],
    ["something else", { PendingMaintenance: 5 }, null],
  ])("reads %s", (_, MaintenanceDetails, maintenance) => {
    expect(readMaintenance({ MaintenanceDetails })).toEqual(maintenance);
  });
});

describe("replace", () => {
  it("begins a replacement, and is refused while one is under way", async () => {
    const { aws, timers } = await start();
    expect(await aws.replace(oneA)).toBe("begun");
    await timers.advance(10_000);
    expect(await aws.replace(oneA)).toEqual({ refused: "InvalidVpnConnection.InvalidState" });
  });

  it("is refused for a connection that AWS does not have", async () => {
    const { aws } = await start();
    expect(await aws.replace({ ...oneA, vpnConnectionId: "vpn-0ffffffffffffffff" })).toEqual({
      refused: "InvalidVpnConnectionID.NotFound",
    });
  });

  it("does not know what became of it when the answer is lost", async () => {
    const { aws, kernel } = await start();
    const effect = { kind: "lose-connection" } as const;
    kernel.faults.add({ operation: "ec2:ReplaceVpnTunnel", nth: 1, when: "after", effect });
    await expect(aws.replace(oneA)).rejects.toMatchObject({ code: "unreachable", retryable: true });
  });
});
