import {
  DescribeVpnConnectionsCommand,
  ModifyVpnTunnelOptionsCommand,
  ReplaceVpnTunnelCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { firstId, secondId } from "../../vpn/test-world.ts";
import { tunnelState } from "../../vpn/tunnel.ts";
import { accountId, region, roleArn } from "../test-world.ts";
import { networkAdministrator } from "./person.ts";
import { startEc2, type TestEc2 } from "./test-ec2.ts";

const opened: TestEc2[] = [];
const oneA = { VpnConnectionId: firstId, VpnTunnelOutsideIpAddress: "198.51.100.10" };

async function start() {
  const started = await startEc2();
  opened.push(started);
  const { world } = started;
  const tell = (event: TestEc2["told"][number]) => started.told.push(event);
  return { ...started, person: networkAdministrator({ world, region, accountId, tell }) };
}

afterEach(async () => {
  for (const { server, world, ec2 } of opened.splice(0)) {
    ec2.destroy();
    world.stop();
    await server.close();
  }
});

describe("cloudTrailEvent", () => {
  it("tells a change with who made it and what it was about, and no look", async () => {
    const { ec2, told } = await start();
    await ec2.send(new DescribeVpnConnectionsCommand({}));
    await ec2.send(
      new ModifyVpnTunnelOptionsCommand({
        ...oneA,
        TunnelOptions: { StartupAction: "start" },
        DryRun: false,
      }),
    );
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      source: "aws.ec2",
      detailType: "AWS API Call via CloudTrail",
      resources: [],
      detail: {
        eventSource: "ec2.amazonaws.com",
        eventName: "ModifyVpnTunnelOptions",
        eventTime: "2026-11-21T08:00:00Z",
        readOnly: false,
        userIdentity: { type: "AssumedRole", sessionContext: { sessionIssuer: { arn: roleArn } } },
        requestParameters: {
          ModifyVpnTunnelOptionsRequest: { ...oneA, TunnelOptions: { StartupAction: "start" } },
        },
      },
    });
    expect(told[0]?.detail).not.toHaveProperty("errorCode");
  });

  it("tells a refused change and a dry run with the code, and without what was answered", async () => {
    const { ec2, told } = await start();
    const refused = { ...oneA, VpnTunnelOutsideIpAddress: "198.51.100.99" };
    await expect(ec2.send(new ReplaceVpnTunnelCommand(refused))).rejects.toThrow();
    await expect(ec2.send(new ReplaceVpnTunnelCommand({ ...oneA, DryRun: true }))).rejects.toThrow();
    expect(told.map(({ detail }) => [detail["errorCode"], detail["responseElements"]])).toEqual([
      ["Client.InvalidParameterValue", null],
      ["Client.DryRunOperation", null],
    ]);
  });
});

describe("networkAdministrator", () => {
  it("changes the world and is told as a person of the account", async () => {
    const { world, timers, told, person } = await start();
    person.replaceTunnel("one-a");
    person.changeKey("two-a", "another_key.1");
    expect(() => person.replaceTunnel("one-a")).toThrow("cannot be modified now");
    await timers.advance(600_000);
    expect([tunnelState(world.tunnel("one-a")), tunnelState(world.tunnel("two-a"))]).toEqual([1, 0]);
    person.deleteConnection(secondId);
    expect(world.connection(secondId)?.state).toBe("deleted");
    expect(told.map(({ detail }) => detail["eventName"])).toEqual([
      "ReplaceVpnTunnel",
      "ModifyVpnTunnelOptions",
      "DeleteVpnConnection",
    ]);
    expect(JSON.stringify(told[0]?.detail["userIdentity"])).toContain("alice@example.com");
    expect(() => person.deleteConnection("vpn-00000000")).toThrow("no connection");
  });
});
