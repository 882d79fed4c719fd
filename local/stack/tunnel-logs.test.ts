import { describe, expect, it } from "vitest";
import { parseLink } from "../../shared/link/load.ts";
import type { Resource } from "../graph/schema.ts";
import { adoptedVpn, minimalLink } from "../testing/links.ts";
import { testWorld } from "../vpn/test-world.ts";
import { tunnelLogGroups } from "./tunnel-logs.ts";

const world = {
  tunnel: (name: string) => ({ ...testWorld().world.tunnel("one-a"), outsideIp: `address of ${name}` }),
};
const groupArn = "arn:aws:logs:eu-west-2:123456789012:log-group:/aws/vendedlogs/new";
const logGroups = [{ name: "/aws/vendedlogs/new", arn: groupArn, retentionDays: 90 }];
const authFailures = { logs: [{ group: "/example/vpn", readers: [{ reader: "ike" }] }] };
const adopted = (changes: object) => parseLink({ ...minimalLink, vpn: adoptedVpn, ...changes });

describe("tunnelLogGroups", () => {
  it("has tunnels that exist log into the group that the link reads them from", () => {
    const graph = { resources: [], logGroups };
    expect([...tunnelLogGroups(adopted({ authFailures }), graph, world)]).toEqual([
      ["address of one-a", "/example/vpn"],
      ["address of one-b", "/example/vpn"],
    ]);
  });

  it("has them log nowhere where the link reads no tunnel's log", () => {
    const relayOnly = { logs: [{ group: "/example/relay", readers: [{ reader: "relay" }] }] };
    const graph = { resources: [], logGroups };
    for (const changes of [{}, { authFailures: relayOnly }])
      expect(tunnelLogGroups(adopted(changes), graph, world).size).toBe(0);
  });

  it("has created ones log where their options say", () => {
    const log = (arn: string) => ({
      cloudwatchLogOptions: { logEnabled: true, logGroupArn: arn, logOutputFormat: "json" },
    });
    const inputs = { tunnel1LogOptions: log(groupArn), tunnel2LogOptions: log("another") };
    const resource: Resource = {
      ...{ type: "aws:ec2/vpnConnection:VpnConnection", name: "Vpn-one", id: "vpn-1", adopted: false },
      ...{ protect: true, retainOnDelete: true, ignoreChanges: [], waitsFor: [], inputs, state: inputs },
    };
    const { vpn } = adopted({});
    const create = { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.200" };
    const connections = (vpn?.connections ?? []).map((connection) => ({
      ...connection,
      aws: { create: { ...create, azureAsn: 65_515 } },
    }));
    const link = { vpn: vpn && { ...vpn, connections }, authFailures: undefined };
    expect([...tunnelLogGroups(link, { resources: [resource], logGroups }, world)]).toEqual([
      ["address of one-a", "/aws/vendedlogs/new"],
    ]);
  });
});
