import { describe, expect, it } from "vitest";
import { adoptedVpn, linkWith } from "../../local/testing/links.ts";
import { parseLink } from "../link/load.ts";
import { deployedTunnels } from "./auth-deployed.ts";

const { vpn } = parseLink(linkWith({ vpn: adoptedVpn }));
const at = (outsideIp: string) => ({ vpnConnectionId: "vpn-0a1b2c3d4e5f60718", outsideIp });

describe("deployedTunnels", () => {
  it("knows each tunnel of the link by its outside address", () => {
    const deployed = { "one-b": at("198.51.100.11"), "one-a": at("198.51.100.10") };
    expect(deployedTunnels(vpn, deployed)).toEqual([
      { name: "one-a", outsideIp: "198.51.100.10" },
      { name: "one-b", outsideIp: "198.51.100.11" },
    ]);
    expect(deployedTunnels(undefined, undefined)).toEqual([]);
  });

  it("has the deployment done again where it names none, or not all", () => {
    expect(() => deployedTunnels(vpn, undefined)).toThrow("TUNNELS is missing: deploy again");
    expect(() => deployedTunnels(vpn, { "one-a": at("198.51.100.10") })).toThrow(
      "TUNNELS names no ids for the tunnel one-b",
    );
  });
});
