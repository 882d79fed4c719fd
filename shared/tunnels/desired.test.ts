import { describe, expect, it } from "vitest";
import { ConfigError } from "../runtime/errors.ts";
import { DeployedTunnels, desiredTunnels } from "./desired.ts";
import { consoleLinks } from "./links.ts";
import { desiredOf, vpnWith } from "./test-tunnels.ts";

const ids = (outsideIp: string) => ({ vpnConnectionId: "vpn-0a1b2c3d4e5f60718", outsideIp });

describe("desiredTunnels", () => {
  it("names every tunnel of the link with its deployed ids, in order", () => {
    const vpn = vpnWith();
    const connections = vpn.connections.map((one) => ({ ...one, tunnels: one.tunnels.toReversed() }));
    const turned = { ...vpn, connections };
    const deployed = { "one-a": ids("198.51.100.10"), "one-b": ids("198.51.100.11") };
    expect(desiredTunnels(turned, deployed)).toEqual(desiredOf("one-a", "one-b"));
  });

  it.each([[{ "one-a": ids("198.51.100.10") }], [Object.create({ "one-a": ids("x"), "one-b": ids("y") })]])(
    "refuses a deployment of another link",
    (deployed) => {
      expect(() => desiredTunnels(vpnWith(), deployed)).toThrow(ConfigError);
    },
  );
});

describe("DeployedTunnels", () => {
  it("reads what the deployment says", () => {
    const deployed = { "one-a": ids("198.51.100.10") };
    expect(DeployedTunnels.parse(JSON.stringify(deployed))).toEqual(deployed);
  });

  it.each([
    "",
    "{",
    "[]",
    '{"one-a":{}}',
    '{"one-a":{"vpnConnectionId":"vgw-1","outsideIp":"198.51.100.10"}}',
  ])("refuses %s", (text) => {
    expect(DeployedTunnels.safeParse(text).success).toBe(false);
  });
});

describe("consoleLinks", () => {
  const linksTo = consoleLinks({
    region: "eu-west-2",
    desired: desiredOf("one-a"),
    alarmPrefix: "warrener-prod-",
  });

  it("leads to the VPN connection and to the alarm", () => {
    expect(linksTo("one-a").map(({ url }) => url)).toEqual([
      "https://eu-west-2.console.aws.amazon.com/vpcconsole/home?region=eu-west-2#VpnConnectionDetails:VpnConnectionId=vpn-0a1b2c3d4e5f60718",
      "https://eu-west-2.console.aws.amazon.com/cloudwatch/home?region=eu-west-2#alarmsV2:alarm/warrener-prod-tunnel-one-a-down",
    ]);
  });

  it("leads nowhere for a tunnel that is not there", () => {
    expect(linksTo("two-a")).toEqual([]);
  });
});
