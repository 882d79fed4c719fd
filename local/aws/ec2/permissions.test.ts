import {
  DescribeVpnConnectionsCommand,
  DescribeVpnGatewaysCommand,
  EC2Client,
  GetActiveVpnTunnelStatusCommand,
  ReplaceVpnTunnelCommand,
} from "@aws-sdk/client-ec2";
import { afterEach, describe, expect, it } from "vitest";
import { PolicyDocument } from "../../graph/schema.ts";
import { firstId, secondId } from "../../vpn/test-world.ts";
import { authorizeBy } from "../authorization.ts";
import { accountId, region, roleArn } from "../test-world.ts";
import { refusalOf, startEc2, type TestEc2 } from "./test-ec2.ts";

const opened: TestEc2[] = [];
const one = { VpnConnectionId: firstId, VpnTunnelOutsideIpAddress: "198.51.100.10" };
const two = { VpnConnectionId: secondId, VpnTunnelOutsideIpAddress: "198.51.100.20" };
const arn = `arn:aws:ec2:${region}:${accountId}:vpn-connection/${firstId}`;

async function start(options: Parameters<typeof startEc2>[0] = {}): Promise<TestEc2> {
  const started = await startEc2(options);
  opened.push(started);
  return started;
}

function allowing(...statements: object[]) {
  const Statement = statements.map((statement) => ({ Effect: "Allow", ...statement }));
  const policy = PolicyDocument.parse({ Version: "2012-10-17", Statement });
  return authorizeBy({ roles: new Map([[roleArn, policy]]), resources: new Map() });
}

afterEach(async () => {
  for (const { server, world, ec2 } of opened.splice(0)) {
    ec2.destroy();
    world.stop();
    await server.close();
  }
});

describe("Ec2", () => {
  it("allows exactly the connection that the policy names", async () => {
    const { ec2 } = await start({ authorize: allowing({ Action: "ec2:ReplaceVpnTunnel", Resource: arn }) });
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(one)))).toBe("answered");
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(two)))).toBe("UnauthorizedOperation 403");
    expect(await refusalOf(ec2.send(new GetActiveVpnTunnelStatusCommand(one)))).toBe(
      "UnauthorizedOperation 403",
    );
  });

  it("looks at connections only by a policy for all of them, and knows the region", async () => {
    const action = { Action: "ec2:DescribeVpnConnections" };
    const inRegion = (name: string) => ({
      Condition: { StringEquals: { "ec2:Region": name } },
      Resource: "*",
    });
    for (const [statement, expected] of [
      [{ ...action, Resource: "*" }, "answered"],
      [{ ...action, Resource: arn }, "UnauthorizedOperation 403"],
      [{ ...action, ...inRegion(region) }, "answered"],
      [{ ...action, ...inRegion("eu-west-1") }, "UnauthorizedOperation 403"],
    ] as const) {
      const { ec2 } = await start({ authorize: allowing(statement) });
      expect(await refusalOf(ec2.send(new DescribeVpnConnectionsCommand({})))).toBe(expected);
    }
  });

  it("knows the tags of a connection", async () => {
    const Condition = { StringEquals: { "ec2:ResourceTag/link": "relay-bunny" } };
    const Action = ["ec2:ReplaceVpnTunnel", "ec2:GetActiveVpnTunnelStatus"];
    const { ec2 } = await start({ authorize: allowing({ Action, Resource: "*", Condition }) });
    expect(await refusalOf(ec2.send(new GetActiveVpnTunnelStatusCommand(one)))).toBe("answered");
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(one)))).toBe("answered");
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(two)))).toBe("UnauthorizedOperation 403");
  });

  it("knows the global key of a tag for every call about a connection but one", async () => {
    const Condition = { StringEquals: { "aws:ResourceTag/link": "relay-bunny" } };
    const Action = ["ec2:ReplaceVpnTunnel", "ec2:GetActiveVpnTunnelStatus"];
    const { ec2 } = await start({ authorize: allowing({ Action, Resource: "*", Condition }) });
    expect(await refusalOf(ec2.send(new ReplaceVpnTunnelCommand(one)))).toBe("answered");
    expect(await refusalOf(ec2.send(new GetActiveVpnTunnelStatusCommand(one)))).toBe(
      "UnauthorizedOperation 403",
    );
  });

  it("answers a dry run by whether it would be allowed, and changes nothing", async () => {
    const { ec2, world } = await start({
      authorize: allowing({ Action: "ec2:ReplaceVpnTunnel", Resource: arn }),
    });
    const dry = (tunnel: typeof one) =>
      refusalOf(ec2.send(new ReplaceVpnTunnelCommand({ ...tunnel, DryRun: true })));
    expect(await dry(one)).toBe("DryRunOperation 412");
    expect(await dry(two)).toBe("UnauthorizedOperation 403");
    expect(world.connection(firstId)?.working).toBeUndefined();
  });

  it("tells the client in its own words of a bad signature and of an expired session", async () => {
    const { client } = await start();
    const good = client();
    const forged = { ...good, credentials: { ...good.credentials, secretAccessKey: "not-the-secret" } };
    const expired = client({ lifetimeSeconds: -1 });
    for (const [options, expected] of [
      [forged, "AuthFailure 401"],
      [expired, "RequestExpired 400"],
    ] as const) {
      const ec2 = new EC2Client(options);
      expect(await refusalOf(ec2.send(new DescribeVpnConnectionsCommand({})))).toBe(expected);
      ec2.destroy();
    }
  });

  it("is throttled where a test places it, in a form that the client retries", async () => {
    const { kernel, client } = await start();
    const effect = { kind: "refuse", status: 503, code: "RequestLimitExceeded", message: "slow" } as const;
    kernel.faults.add({ operation: "ec2:DescribeVpnConnections", nth: 1, when: "before", effect });
    const ec2 = new EC2Client({ ...client(), maxAttempts: 2 });
    const { $metadata } = await ec2.send(new DescribeVpnConnectionsCommand({}));
    expect($metadata.attempts).toBe(2);
    ec2.destroy();
  });

  it("answers 501 with the name of an operation that it cannot do, in a form that the client can read", async () => {
    const { ec2 } = await start();
    await expect(ec2.send(new DescribeVpnGatewaysCommand({}))).rejects.toMatchObject({
      name: "NotImplemented",
      message: "the local AWS does not support DescribeVpnGateways",
    });
  });
});
