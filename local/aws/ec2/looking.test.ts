import {
  DescribeVpnConnectionsCommand,
  GetActiveVpnTunnelStatusCommand,
  GetVpnTunnelReplacementStatusCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { firstId, secondId, startMs, twoConnections } from "../../vpn/test-world.ts";
import { refusalOf, startEc2, type TestEc2 } from "./test-ec2.ts";

const minuteMs = 60_000;
const opened: TestEc2[] = [];

async function start(options: Parameters<typeof startEc2>[0] = {}): Promise<TestEc2> {
  const started = await startEc2(options);
  opened.push(started);
  return started;
}

afterEach(async () => {
  for (const { server, world, ec2 } of opened.splice(0)) {
    ec2.destroy();
    world.stop();
    await server.close();
  }
});

const oneA = { VpnConnectionId: firstId, VpnTunnelOutsideIpAddress: "198.51.100.10" };

describe("DescribeVpnConnections", () => {
  it("shows state, telemetry and options in the read shape, joined by the outside IP", async () => {
    const { ec2 } = await start();
    const { VpnConnections } = await ec2.send(
      new DescribeVpnConnectionsCommand({ VpnConnectionIds: [firstId] }),
    );
    expect(VpnConnections).toHaveLength(1);
    expect(VpnConnections?.[0]).toMatchObject({
      VpnConnectionId: firstId,
      State: "available",
      Type: "ipsec.1",
      VpnGatewayId: "vgw-0d",
      Tags: [{ Key: "link", Value: "relay-bunny" }],
      Routes: [],
      Options: { StaticRoutesOnly: false, TunnelInsideIpVersion: "ipv4" },
      VgwTelemetry: [
        {
          OutsideIpAddress: "198.51.100.10",
          Status: "UP",
          StatusMessage: "1 BGP ROUTES",
          AcceptedRouteCount: 1,
          LastStatusChange: new Date(startMs),
        },
        { OutsideIpAddress: "198.51.100.11", Status: "DOWN", AcceptedRouteCount: 0 },
      ],
    });
    expect(VpnConnections?.[0]?.Options?.TunnelOptions?.[0]).toMatchObject({
      OutsideIpAddress: "198.51.100.10",
      TunnelInsideCidr: "169.254.21.0/30",
      DpdTimeoutSeconds: 40,
      DpdTimeoutAction: "clear",
      IkeVersions: [{ Value: "ikev1" }, { Value: "ikev2" }],
      StartupAction: "add",
      EnableTunnelLifecycleControl: true,
    });
  });

  it("gives the pre-shared keys away in two places, and in neither when Secrets Manager stores them", async () => {
    const { ec2, world } = await start();
    const look = async () => {
      const answer = await ec2.send(new DescribeVpnConnectionsCommand({ VpnConnectionIds: [firstId] }));
      const [connection] = answer.VpnConnections ?? [];
      return {
        xml: connection?.CustomerGatewayConfiguration ?? "",
        option: connection?.Options?.TunnelOptions?.[0]?.PreSharedKey,
        arn: connection?.PreSharedKeyArn,
      };
    };
    const key = world.tunnel("one-a").aws.preSharedKey;
    const standard = await look();
    expect(standard.option).toBe(key);
    expect(standard.xml).toContain(`<pre_shared_key>${key}</pre_shared_key>`);
    expect(standard.xml).toContain(`<vpn_connection id="${firstId}">`);
    const connection = world.connection(firstId);
    if (connection === undefined) throw new Error("the connection is expected");
    connection.keyStorage = "SecretsManager";
    const stored = await look();
    expect(stored.option).toBeUndefined();
    expect(stored.xml).not.toContain(key);
    expect(stored.arn).toContain(":secret:s2svpn!vpn-");
  });

  it("tells IPsec without BGP from no IPsec only in its message, and a static connection by IPsec alone", async () => {
    const fixed = {
      ...twoConnections[1],
      routing: "static" as const,
      tunnels: twoConnections[1]?.tunnels ?? [],
    };
    const { ec2, world, timers } = await start({
      connections: [
        ...twoConnections.slice(0, 1),
        { ...fixed, vpnConnectionId: secondId, gateway: { transitGatewayId: "tgw-1" } },
      ],
    });
    world.breakBgp("one-a");
    world.cut("two-a");
    await timers.advance(minuteMs);
    const { VpnConnections = [] } = await ec2.send(new DescribeVpnConnectionsCommand({}));
    expect(VpnConnections.map(({ VgwTelemetry }) => VgwTelemetry?.[0])).toMatchObject([
      { Status: "DOWN", StatusMessage: "IPSEC IS UP" },
      { Status: "DOWN", StatusMessage: "IPSEC IS DOWN" },
    ]);
    expect(VpnConnections[1]).toMatchObject({ TransitGatewayId: "tgw-1", Routes: [{ Source: "Static" }] });
    world.restore("two-a");
    await timers.advance(minuteMs);
    const again = await ec2.send(new DescribeVpnConnectionsCommand({ VpnConnectionIds: [secondId] }));
    expect(again.VpnConnections?.[0]?.VgwTelemetry?.[0]).toMatchObject({
      Status: "UP",
      AcceptedRouteCount: 0,
    });
  });

  it("answers all connections without ids, and filters by values that are alternatives and wildcards", async () => {
    const { ec2 } = await start();
    const ids = async (Filters: { Name: string; Values: string[] }[]) => {
      const { VpnConnections = [] } = await ec2.send(new DescribeVpnConnectionsCommand({ Filters }));
      return VpnConnections.map(({ VpnConnectionId }) => VpnConnectionId);
    };
    expect(await ids([])).toEqual([firstId, secondId]);
    expect(await ids([{ Name: "vpn-connection-id", Values: [secondId, "vpn-00000000"] }])).toEqual([
      secondId,
    ]);
    expect(await ids([{ Name: "tag:link", Values: ["relay-*"] }])).toEqual([firstId]);
    expect(await ids([{ Name: "tag-key", Values: ["lin?"] }])).toEqual([firstId]);
    expect(
      await ids([
        { Name: "state", Values: ["available"] },
        { Name: "vpn-gateway-id", Values: ["vgw-other"] },
      ]),
    ).toEqual([]);
  });

  it("refuses unknown and malformed ids, and filters that there are not", async () => {
    const { ec2 } = await start();
    const describeIds = (...VpnConnectionIds: string[]) =>
      refusalOf(ec2.send(new DescribeVpnConnectionsCommand({ VpnConnectionIds })));
    expect(await describeIds(firstId, "vpn-0ffffffff")).toBe("InvalidVpnConnectionID 400");
    expect(await describeIds(firstId, "vpn-0fffffff")).toBe("InvalidVpnConnectionID.NotFound 400");
    const Filters = [{ Name: "vpn-id", Values: ["x"] }];
    expect(await refusalOf(ec2.send(new DescribeVpnConnectionsCommand({ Filters })))).toBe(
      "InvalidParameterValue 400",
    );
  });

  it("answers 501 by name for a filter of the real service that is not supported here", async () => {
    const { ec2, server } = await start();
    const Filters = [{ Name: "bgp-asn", Values: ["65515"] }];
    await expect(ec2.send(new DescribeVpnConnectionsCommand({ Filters }))).rejects.toMatchObject({
      name: "NotImplemented",
      message: expect.stringContaining("the filter bgp-asn"),
    });
    expect(server.troubles()).toHaveLength(1);
  });

  it("goes on showing a deleted connection, without the configuration", async () => {
    const { ec2, world } = await start();
    const connection = world.connection(secondId);
    if (connection === undefined) throw new Error("the connection is expected");
    world.deleteConnection(connection);
    const answer = await ec2.send(new DescribeVpnConnectionsCommand({ VpnConnectionIds: [secondId] }));
    expect(answer.VpnConnections?.[0]?.State).toBe("deleted");
    expect(answer.VpnConnections?.[0]?.CustomerGatewayConfiguration).toBeUndefined();
  });
});

describe("GetActiveVpnTunnelStatus", () => {
  it("shows what was negotiated while IPsec is up, also without BGP", async () => {
    const { ec2, world } = await start();
    world.breakBgp("one-a");
    const { ActiveVpnTunnelStatus } = await ec2.send(new GetActiveVpnTunnelStatusCommand(oneA));
    expect(ActiveVpnTunnelStatus).toMatchObject({
      IkeVersion: "ikev2",
      Phase1DHGroup: 14,
      ProvisioningStatus: "available",
    });
  });

  it("shows nothing negotiated while the tunnel is down, and pending while its endpoint is replaced", async () => {
    const { ec2, world, timers } = await start();
    world.cut("one-a");
    await timers.advance(minuteMs);
    const down = await ec2.send(new GetActiveVpnTunnelStatusCommand(oneA));
    expect(down.ActiveVpnTunnelStatus).toEqual({ ProvisioningStatus: "available" });
    world.replaceEndpoint(world.tunnel("one-a"), { maintenance: false });
    const replaced = await ec2.send(new GetActiveVpnTunnelStatusCommand(oneA));
    expect(replaced.ActiveVpnTunnelStatus).toMatchObject({ ProvisioningStatus: "pending" });
  });

  it("refuses an address of another connection, and a call without one", async () => {
    const { ec2 } = await start();
    const foreign = { ...oneA, VpnTunnelOutsideIpAddress: "198.51.100.20" };
    expect(await refusalOf(ec2.send(new GetActiveVpnTunnelStatusCommand(foreign)))).toBe(
      "InvalidParameterValue 400",
    );
    const half = { VpnConnectionId: firstId, VpnTunnelOutsideIpAddress: undefined };
    await expect(ec2.send(new GetActiveVpnTunnelStatusCommand(half))).rejects.toMatchObject({
      name: "MissingParameter",
      message: "The request must contain the parameter VpnTunnelOutsideIpAddress",
    });
  });
});

describe("GetVpnTunnelReplacementStatus", () => {
  it("shows pending maintenance with its time, and when maintenance was last applied", async () => {
    const { ec2, world, timers } = await start();
    const look = async () => {
      const answer = await ec2.send(new GetVpnTunnelReplacementStatusCommand(oneA));
      expect(answer).toMatchObject(oneA);
      return answer.MaintenanceDetails;
    };
    expect(await look()).toEqual({ PendingMaintenance: "None" });
    const dueMs = startMs + 60 * minuteMs;
    world.announceMaintenance("one-a", dueMs);
    expect(await look()).toEqual({
      PendingMaintenance: "Available",
      MaintenanceAutoAppliedAfter: new Date(dueMs),
    });
    await timers.advance(90 * minuteMs);
    expect(await look()).toEqual({
      PendingMaintenance: "None",
      LastMaintenanceApplied: new Date(dueMs + 3 * minuteMs),
    });
  });
});
