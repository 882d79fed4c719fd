import { describe, expect, it } from "vitest";
import { adoptedVpn, faultsOf, linkWith } from "../../local/testing/links.ts";
import { parseLink } from "./load.ts";

const ONE = "vpn.connections[0]";
const A = `${ONE}.tunnels[0]`;
const B = `${ONE}.tunnels[1]`;
const created = { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.20" } };
const bgpAddresses = [{ ipConfiguration: "default", address: "169.254.21.2" }];
const createdTunnel = {
  name: "two-a",
  insideCidr: "169.254.21.0/30",
  azure: { create: { gateway: "vng-uksouth", bgpAddresses } },
};
const two = (connection: object) => ({ "vpn.connections[1]": { name: "two", ...connection } });

const withVpn = (changes: Record<string, unknown> = {}) => linkWith({ vpn: adoptedVpn, ...changes });

describe("a link's tunnels", () => {
  it("may be left out", () => {
    expect(parseLink(linkWith({})).vpn).toBeUndefined();
  });

  it("take every default in seconds", () => {
    expect(parseLink(withVpn()).vpn).toEqual({
      azure: { resourceGroup: "network" },
      connections: [{ ...adoptedVpn.connections[0], routing: "bgp" }],
      repair: "on",
      repairAfterSeconds: 180,
      repairBackOffSeconds: 600,
      repairsPerDay: 4,
      flap: { count: 3, withinSeconds: 3_600 },
      maintenanceWarningSeconds: 604_800,
    });
  });

  it("may be created at both ends", () => {
    const vpn = parseLink(withVpn(two({ aws: created, tunnels: [createdTunnel] }))).vpn;
    expect(vpn?.connections[1]).toEqual({
      name: "two",
      aws: { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.20", azureAsn: 65_515 } },
      routing: "bgp",
      tunnels: [
        {
          ...createdTunnel,
          azure: { create: { gateway: "vng-uksouth", awsAsn: 64_512, bgpAddresses } },
        },
      ],
    });
  });

  it.each<[what: string, changes: Record<string, unknown>]>([
    ["one tunnel", { [`${ONE}.tunnels`]: adoptedVpn.connections[0]?.tunnels.slice(0, 1) }],
    ["no repair a day", { "vpn.repairsPerDay": 0 }],
    [
      "a created connection with static routes",
      two({
        aws: created,
        routing: "static",
        tunnels: [{ name: "two-a", azure: { create: { gateway: "vng" } } }],
      }),
    ],
    [
      "an Azure connection created for an adopted tunnel",
      { [A]: { ...createdTunnel, outsideIp: "198.51.100.10" } },
    ],
  ])("may have %s", (_, changes) => {
    expect(faultsOf(withVpn(changes))).toEqual([]);
  });

  it.each<[what: string, changes: Record<string, unknown>, faults: string[]]>([
    [
      "no connection",
      { "vpn.connections": [] },
      ["vpn.connections: must have at least one of the connections"],
    ],
    [
      "a connection without tunnels",
      { [`${ONE}.tunnels`]: [] },
      [`${ONE}.tunnels: must have at least one of the tunnels`],
    ],
    [
      "three tunnels of one connection",
      { [`${ONE}.tunnels[2]`]: { name: "one-c", outsideIp: "198.51.100.12", azure: { adopt: "aws-one-c" } } },
      [
        `${ONE}.tunnels: has more than 2 tunnels, which is all that a VPN connection has: write another connection`,
      ],
    ],
    [
      "two connections of one name",
      two({ name: "one", aws: created, tunnels: [createdTunnel] }),
      [
        'vpn.connections[1].name: "one" is already the connection at vpn.connections[0].name: each connection of a link needs its own',
      ],
    ],
    [
      "one VPN connection twice",
      two({
        aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
        tunnels: [{ name: "two-a", outsideIp: "198.51.100.12", azure: { adopt: "aws-two-a" } }],
      }),
      [
        'vpn.connections[1].aws.adopt: "vpn-0a1b2c3d4e5f60718" is already the VPN connection at vpn.connections[0].aws.adopt: write its second tunnel beside the first',
      ],
    ],
    [
      "two tunnels of one name",
      { [`${B}.name`]: "one-a" },
      [`${B}.name: "one-a" is already the tunnel at ${A}.name: each tunnel of a link needs its own`],
    ],
    [
      "two tunnels of one outside address",
      { [`${B}.outsideIp`]: "198.51.100.10" },
      [
        `${B}.outsideIp: "198.51.100.10" is already the tunnel's outside address at ${A}.outsideIp: both clouds tell tunnels apart by it, so look it up again`,
      ],
    ],
    [
      "one Azure connection for two tunnels, in another case",
      { [`${B}.azure.adopt`]: "AWS-one-a" },
      [
        `${B}.azure.adopt: "aws-one-a" is already the Azure connection at ${A}.azure.adopt: an Azure connection ends one tunnel, so name the other tunnel's`,
      ],
    ],
    [
      "an adopted tunnel without an outside address",
      { [`${A}.outsideIp`]: undefined },
      [
        `${A}.outsideIp: is missing; copy the tunnel's outside address from \`aws ec2 describe-vpn-connections --vpn-connection-ids vpn-0a1b2c3d4e5f60718\``,
      ],
    ],
    [
      "a created tunnel with an outside address",
      two({ aws: created, tunnels: [{ ...createdTunnel, outsideIp: "198.51.100.12" }] }),
      [
        "vpn.connections[1].tunnels[0].outsideIp: is chosen by AWS when the connection is created: leave it out",
      ],
    ],
    [
      "a network for a tunnel that exists",
      { [`${A}.insideCidr`]: "169.254.21.0/30" },
      [`${A}.insideCidr: belongs to a tunnel that is created, and both ends of this one exist: leave it out`],
    ],
    [
      "no network for a created tunnel with BGP",
      two({ aws: created, tunnels: [{ name: "two-a", azure: { adopt: "aws-two-a" } }] }),
      [
        'vpn.connections[1].tunnels[0].insideCidr: is missing; BGP speaks within the tunnel: write a network such as "169.254.21.0/30"',
      ],
    ],
    [
      "two created tunnels of one network",
      two({ aws: created, tunnels: [createdTunnel, { ...createdTunnel, name: "two-b" }] }),
      [
        'vpn.connections[1].tunnels[1].insideCidr: "169.254.21.0/30" is already the tunnel\'s network at vpn.connections[1].tunnels[0].insideCidr: each tunnel of a link needs its own',
      ],
    ],
    [
      "a created Azure connection without its address in the tunnel",
      two({ aws: created, tunnels: [{ ...createdTunnel, azure: { create: { gateway: "vng" } } }] }),
      [
        'vpn.connections[1].tunnels[0].azure.create.bgpAddresses: must have 169.254.21.2, the second address of 169.254.21.0/30: write { ipConfiguration: "default", address: "169.254.21.2" }',
      ],
    ],
    [
      "BGP addresses without BGP",
      two({ aws: created, routing: "static", tunnels: [{ ...createdTunnel, insideCidr: undefined }] }),
      [
        'vpn.connections[1].tunnels[0].azure.create.bgpAddresses: are for routing "bgp", and this connection\'s is "static": leave them out',
      ],
    ],
    [
      "a connection that is adopted and created",
      { [`${ONE}.aws`]: { adopt: "vpn-0a1b2c3d4e5f60718", ...created } },
      [
        `${ONE}.aws: either adopts or creates: write { adopt: "vpn-0a1b2c3d4e5f60718" } or { create: { … } }, not both`,
      ],
    ],
    [
      "an end that is neither",
      { [`${A}.azure`]: {} },
      [`${A}.azure: either adopts or creates: write { adopt: "aws-one-a" } or { create: { … } }, not both`],
    ],
    [
      "an id of something else",
      { [`${ONE}.aws.adopt`]: "vgw-0a1b2c3d4e5f60718" },
      [
        `${ONE}.aws.adopt: is no id of a VPN connection: copy it from AWS; it looks like "vpn-0a1b2c3d4e5f60718"`,
      ],
    ],
    [
      "an outside address that is none",
      { [`${A}.outsideIp`]: "198.51.100.010" },
      [`${A}.outsideIp: is no IPv4 address: write one such as "203.0.113.10"`],
    ],
    [
      "a network that Azure does not take",
      { [`${A}.insideCidr`]: "169.254.23.0/30" },
      [
        `${A}.insideCidr: is no network that both clouds take within a tunnel: write a /30 of 169.254.21.0 to 169.254.22.255, such as "169.254.21.0/30"`,
      ],
    ],
    ["another routing", { [`${ONE}.routing`]: "ospf" }, [`${ONE}.routing: must be "bgp" or "static"`]],
    ["repair by truth value", { "vpn.repair": true }, ['vpn.repair: must be "on" or "off"']],
    ["a flap of one", { "vpn.flap": { count: 1 } }, ["vpn.flap.count: must be a whole number from 2 to 50"]],
    [
      "a subscription by its name",
      { "vpn.azure.subscription": "Production" },
      [
        "vpn.azure.subscription: is no subscription id: copy it in lower case from `az account show --query id`",
      ],
    ],
    [
      "a resource group that ends in a full stop",
      { "vpn.azure.resourceGroup": "network." },
      [
        "vpn.azure.resourceGroup: is no name of a resource group: use at most 90 letters, digits and . - _ ( ), no full stop last",
      ],
    ],
  ])("are refused with %s", (_, changes, faults) => {
    expect(faultsOf(withVpn(changes))).toEqual(faults);
  });
});
