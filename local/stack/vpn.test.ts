import { describe, expect, it, onTestFinished } from "vitest";
import { parseLink } from "../../shared/link/load.ts";
import { SUBSCRIPTION_ID } from "../graph/identifiers.ts";
import { adoptedVpn, linkWith } from "../testing/links.ts";
import { createVpnWorld, tunnelStates } from "./vpn.ts";

const link = parseLink(linkWith({ vpn: adoptedVpn }));
const told = {
  "one-a": { vpnConnectionId: "vpn-0a1b2c3d4e5f60718", outsideIp: "198.51.100.10" },
  "one-b": { vpnConnectionId: "vpn-0a1b2c3d4e5f60718", outsideIp: "198.51.100.11" },
};
const graph = (tunnels: object) => ({
  subscriptionId: SUBSCRIPTION_ID,
  resources: [],
  functions: [
    {
      logicalName: "WatchTunnels",
      name: "warrener-test-watch-tunnels",
      environment: { TUNNELS: JSON.stringify(tunnels) },
    } as never,
  ],
});
function start(of = link, tunnels: object = told) {
  const world = createVpnWorld({ link: of, graph: graph(tunnels), speed: 1 });
  onTestFinished(() => world.stop());
  return world;
}

describe("createVpnWorld", () => {
  it("has the link's tunnels up, at the ids and addresses that the deployment was told, with both their ends", () => {
    const world = start();
    expect(
      world
        .tunnels()
        .map(({ name, vpnConnectionId, outsideIp, azure }) => [
          name,
          vpnConnectionId,
          outsideIp,
          azure?.connectionId,
        ]),
    ).toEqual(
      Object.entries(told).map(([name, { vpnConnectionId, outsideIp }]) => [
        name,
        vpnConnectionId,
        outsideIp,
        `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/network/providers/Microsoft.Network/connections/aws-${name}`,
      ]),
    );
    expect(tunnelStates(world).map(({ up }) => up)).toEqual([true, true]);
  });

  it("has none where the link has none", () => {
    expect(start(parseLink(linkWith({}))).tunnels()).toEqual([]);
  });

  it("refuses a deployment that was not told of a tunnel", () => {
    expect(() => start(link, { "one-a": told["one-a"] })).toThrow(/not told of the tunnel one-b/);
  });
});

describe("tunnelStates", () => {
  it("says by the session of BGP whether a tunnel is up, whatever IPsec does", () => {
    const world = start();
    world.breakBgp("one-a");
    expect(tunnelStates(world)).toEqual([
      { vpnId: "vpn-0a1b2c3d4e5f60718", outsideIp: "198.51.100.10", up: false },
      { vpnId: "vpn-0a1b2c3d4e5f60718", outsideIp: "198.51.100.11", up: true },
    ]);
  });

  it("says nothing of the tunnels of a connection that is gone", () => {
    const world = start();
    const [connection] = world.connections();
    if (connection === undefined) throw new Error("there is no connection");
    world.deleteConnection(connection);
    expect(tunnelStates(world)).toEqual([]);
  });
});
