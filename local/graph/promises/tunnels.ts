/** What the deployment promises of VPN tunnels, and of the function that watches them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { authorize } from "../../aws/authorization.ts";
import { parsePattern } from "../../aws/event-bridge/pattern.ts";
import { ACCOUNT_ID } from "../identifiers.ts";
import { lintPolicy } from "../policy-lint.ts";
import type { Graph } from "../schema.ts";
import { findVpnFaults } from "../vpn-faults.ts";

/** Changing one of these makes another connection, which `protect` refuses; or changes nothing that carries traffic. */
const HARMLESS = [
  "enableAcceleration",
  "outsideIpAddressType",
  "region",
  "staticRoutesOnly",
  "tags",
  "transportTransitGatewayAttachmentId",
  "tunnelInsideIpVersion",
  "type",
];

/** Every other input of the provider's resource, from its own declaration. */
function changingInputs(): string[] {
  const index = createRequire(import.meta.url).resolve("@pulumi/aws");
  const text = readFileSync(path.join(path.dirname(index), "ec2", "vpnConnection.d.ts"), "utf8");
  const args = text.slice(text.indexOf("export interface VpnConnectionArgs"));
  const inputs = [...args.matchAll(/^ {4}(\w+)\??:/gm)].flatMap(([, name]) => name ?? []);
  return inputs.filter((name) => !HARMLESS.includes(name));
}

export function promiseTunnels(graph: () => Graph): void {
  const watch = () => {
    const found = graph().functions.find(({ logicalName }) => logicalName === "WatchTunnels");
    if (found === undefined) throw new Error("the deployment has no WatchTunnels");
    return found;
  };
  const ofType = (type: string) => graph().resources.filter((resource) => resource.type === type);
  const connection = (id: string) => `arn:aws:ec2:${graph().region}:${ACCOUNT_ID}:vpn-connection/${id}`;

  describe("tunnels", () => {
    it("that exist are no part of the deployment; those that are created get their options once", () => {
      expect(changingInputs()).toEqual(expect.arrayContaining(["customerGatewayId", "tunnel2PresharedKey"]));
      expect(findVpnFaults(graph().resources, changingInputs())).toEqual([]);
      const names = (type: string) => ofType(type).map(({ name }) => name);
      expect(names("aws:ec2/vpnConnection:VpnConnection")).toEqual(["Vpn-fixed", "Vpn-new"]);
      expect(names("azure-native:network:VirtualNetworkGatewayConnection")).toEqual([
        "AzureConnection-fixed-a",
        "AzureConnection-new-a",
        "AzureConnection-new-b",
      ]);
    });

    it("that are created begin by themselves, announce their maintenance, and have a log from the start", () => {
      for (const { state } of ofType("aws:ec2/vpnConnection:VpnConnection")) {
        expect(state["presharedKeyStorage"]).toBe("SecretsManager");
        for (const tunnel of ["tunnel1", "tunnel2"]) {
          expect(state).toMatchObject({
            [`${tunnel}IkeVersions`]: ["ikev2"],
            [`${tunnel}StartupAction`]: "start",
            [`${tunnel}DpdTimeoutAction`]: "restart",
            [`${tunnel}EnableTunnelLifecycleControl`]: true,
            [`${tunnel}LogOptions`]: { cloudwatchLogOptions: { logEnabled: true, logOutputFormat: "json" } },
          });
        }
      }
    });

    it("that are created meet at AWS's outside address, and speak BGP at the addresses within the tunnel", () => {
      const [made] = ofType("aws:ec2/vpnConnection:VpnConnection").filter(({ name }) => name === "Vpn-new");
      const [gateway] = ofType("azure-native:network:LocalNetworkGateway").filter(
        ({ name }) => name === "LocalNetworkGateway-new-b",
      );
      expect(made?.state["tunnel2InsideCidr"]).toBe("169.254.22.0/30");
      expect(gateway?.state).toMatchObject({
        gatewayIpAddress: made?.state["tunnel2Address"],
        bgpSettings: { asn: 64_512, bgpPeeringAddress: "169.254.22.1" },
      });
    });

    it("with static routes lead to the other network at both ends, and one gateway stands for one address", () => {
      expect(ofType("aws:ec2/vpnConnectionRoute:VpnConnectionRoute").map(({ state }) => state)).toMatchObject(
        [{ destinationCidrBlock: "10.10.0.0/16" }],
      );
      const [gateway] = ofType("azure-native:network:LocalNetworkGateway").filter(
        ({ name }) => name === "LocalNetworkGateway-fixed-a",
      );
      expect(gateway?.state).toMatchObject({
        localNetworkAddressSpace: { addressPrefixes: ["10.0.0.0/16"] },
      });
      expect(ofType("aws:ec2/customerGateway:CustomerGateway")).toHaveLength(1);
    });
  });

  describe("the function that watches tunnels", () => {
    const told = (): Record<string, { vpnConnectionId: string; outsideIp: string }> =>
      JSON.parse(watch().environment["TUNNELS"] ?? "");

    it("is told of each tunnel of the link where it is, and of nothing that it does not read", () => {
      const created = ofType("aws:ec2/vpnConnection:VpnConnection").find(({ name }) => name === "Vpn-new");
      expect(told()).toMatchObject({
        "old-a": { vpnConnectionId: "vpn-0a1b2c3d4e5f60718", outsideIp: "198.51.100.10" },
        "old-b": { vpnConnectionId: "vpn-0a1b2c3d4e5f60718", outsideIp: "198.51.100.11" },
        "new-a": { vpnConnectionId: created?.id, outsideIp: created?.state["tunnel1Address"] },
        "new-b": { vpnConnectionId: created?.id, outsideIp: created?.state["tunnel2Address"] },
      });
      expect(Object.keys(watch().environment).sort()).toEqual([
        "ALARM_PREFIX",
        "BUS_NAME",
        "HAND_URL",
        "JOURNAL_TABLE",
        "OWN_ROLE",
        "TOKEN_AUDIENCE",
        "TUNNELS",
      ]);
    });

    it("may look at the link's connections and replace their endpoints, and change nothing else of them", async () => {
      const { role, environment } = watch();
      const table = `arn:aws:dynamodb:${graph().region}:${ACCOUNT_ID}:table/${environment["JOURNAL_TABLE"]}`;
      const keys = (key: string) => ({ "dynamodb:LeadingKeys": [key] });
      const ours = connection("vpn-0a1b2c3d4e5f60718");
      const other = connection("vpn-0a1b2c3d4e5f60719");
      const cases: [string, string, Record<string, string | string[]>, "allowed" | "denied"][] = [
        ["ec2:DescribeVpnConnections", "*", {}, "allowed"],
        ["ec2:GetActiveVpnTunnelStatus", ours, {}, "allowed"],
        ["ec2:GetVpnTunnelReplacementStatus", ours, {}, "allowed"],
        ["ec2:ReplaceVpnTunnel", ours, {}, "allowed"],
        ["ec2:ReplaceVpnTunnel", other, {}, "denied"],
        ["ec2:GetActiveVpnTunnelStatus", other, {}, "denied"],
        ["ec2:ModifyVpnTunnelOptions", ours, {}, "denied"],
        ["ec2:ModifyVpnConnection", ours, {}, "denied"],
        ["ec2:DeleteVpnConnection", ours, {}, "denied"],
        ["dynamodb:Query", table, keys("link#tunnel-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("link#tunnel-link"), "allowed"],
        ["dynamodb:UpdateItem", table, keys("link#tunnel-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("link#other-link"), "denied"],
        ["dynamodb:Query", table, keys("intent#tunnel-link#bunny-client"), "denied"],
        ["dynamodb:GetItem", table, keys("link#tunnel-link"), "allowed"],
        ["dynamodb:PutItem", table, keys("incidents#tunnel-link"), "allowed"],
        ["dynamodb:DeleteItem", table, keys("link#tunnel-link"), "denied"],
        ["dynamodb:Query", table, keys("history#tunnel-link"), "denied"],
        ["acm-pca:IssueCertificate", graph().certificateAuthority.arn, {}, "denied"],
      ];
      for (const [action, resource, context, expected] of cases) {
        const answer = await authorize({ roleArn: role.arn, policy: role.policy, action, resource, context });
        expect([action, resource, context, answer]).toEqual([action, resource, context, expected]);
      }
      expect(await lintPolicy(role.policy)).toEqual([]);
      for (const { vpnConnectionId } of Object.values(told())) {
        const question = {
          action: "ec2:ReplaceVpnTunnel",
          resource: connection(vpnConnectionId),
          context: {},
        };
        expect(await authorize({ roleArn: role.arn, policy: role.policy, ...question })).toBe("allowed");
      }
    });

    const rules = () =>
      graph().eventRules.filter(({ targets }) =>
        targets.some(({ targetFunction }) => targetFunction === "WatchTunnels"),
      );
    const wakes = (event: object) =>
      rules().filter(({ pattern }) =>
        parsePattern(pattern)({
          version: "0",
          id: "1",
          account: ACCOUNT_ID,
          time: "2026-11-21T08:00:00Z",
          region: graph().region,
          resources: [],
          detail: {},
          ...event,
        }),
      ).length;

    it("is woken from the default bus by its alarms, by notices of the VPN, and by whoever changes a connection", () => {
      expect(rules().map(({ busName }) => busName)).toEqual(["default", "default", "default"]);
      const alarms = [...graph().metricAlarms, ...graph().compositeAlarms];
      const woken = alarms.filter(
        ({ arn }) =>
          wakes({
            source: "aws.cloudwatch",
            "detail-type": "CloudWatch Alarm State Change",
            resources: [arn],
          }) === 1,
      );
      expect(woken.map(({ name }) => name)).toEqual([
        ...["fixed-a", "new-a", "new-b", "old-a", "old-b"].map((name) => `warrener-test-tunnel-${name}-down`),
        "warrener-test-tunnels-down",
      ]);
      const health = (service: string) => ({
        source: "aws.health",
        "detail-type": "AWS Health Event",
        detail: { service },
      });
      expect([wakes(health("VPN")), wakes(health("EC2"))]).toEqual([1, 0]);
      const call = (eventName: string, more: object = {}) => ({
        source: "aws.ec2",
        "detail-type": "AWS API Call via CloudTrail",
        detail: { eventSource: "ec2.amazonaws.com", eventName, ...more },
      });
      expect(wakes(call("ModifyVpnTunnelOptions"))).toBe(1);
      expect(wakes(call("DeleteVpnConnection"))).toBe(1);
      expect(wakes(call("RunInstances"))).toBe(0);
      expect(wakes(call("ModifyVpnTunnelOptions", { errorCode: "Client.DryRunOperation" }))).toBe(0);
    });

    it("leaves no change of a connection in a queue, in which a pre-shared key may stand", () => {
      const kept = rules().flatMap(({ name, targets }) =>
        targets.map(({ deadLetterArn }) => [name, deadLetterArn !== undefined]),
      );
      expect(kept).toEqual([
        ["warrener-test-tunnel-alarm-changed", true],
        ["warrener-test-vpn-changed", false],
        ["warrener-test-vpn-health", true],
      ]);
    });

    it("looks each minute, whether or not anything woke it", () => {
      const schedules = graph().schedules.filter(({ targetFunction }) => targetFunction === "WatchTunnels");
      expect(schedules.map(({ expression }) => expression)).toEqual(["rate(1 minute)"]);
    });
  });
}
