import { describe, expect, it, onTestFinished } from "vitest";
import { parseLink } from "../../shared/link/load.ts";
import { iamUser } from "../aws/ec2/security-groups/people.ts";
import type { ServiceEvent } from "../aws/event-bridge/event.ts";
import { SUBSCRIPTION_ID, TENANT_ID } from "../graph/identifiers.ts";
import { Kernel } from "../stand-in/kernel.ts";
import { linkWith } from "../testing/links.ts";
import { createNsgs, createSecurityGroups } from "./allowlists.ts";
import declared, { BALANCER, RELAY } from "./allowlists-link.ts";

const kernel = new Kernel({ seed: 1, calm: true, tap: () => {} });
const link = parseLink(declared);
const trail = {
  name: "trail",
  arn: "arn:aws:cloudtrail:eu-west-2:123456789012:trail/trail",
  bucket: "trail",
};
const NSG = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/network/providers/Microsoft.Network/networkSecurityGroups/aks-subnet`;

function securityGroups(of = link, trails = [trail]) {
  const told: ServiceEvent[] = [];
  const graph = { region: "eu-west-2", accountId: "123456789012", trails };
  const world = createSecurityGroups({ kernel, graph, link: of, tell: (event) => told.push(event) });
  return { world, told };
}
const open = async ({ world }: ReturnType<typeof securityGroups>) =>
  await world
    .console(iamUser("123456789012", "bob"))
    .open(RELAY, [{ direction: "in", protocol: "tcp", from: 22, to: 22, peer: { cidr: "0.0.0.0/0" } }]);

describe("createSecurityGroups", () => {
  it("has each group of the link with what the link wants of it, unmarked, and nothing going out", () => {
    const { world } = securityGroups();
    for (const id of [RELAY, BALANCER]) {
      expect(world.rules(id)).toMatchObject([
        { direction: "in", tags: {}, value: { ipProtocol: "tcp", fromPort: 443, toPort: 443 } },
      ]);
    }
  });

  it("lets out what a new group does where nobody looks after that", () => {
    const own = { name: "relay", cloud: "aws", group: RELAY, own: "all", directions: ["in"] };
    const { world } = securityGroups(parseLink(linkWith({ allowlists: { groups: [own] } })));
    expect(world.rules(RELAY).map(({ direction }) => direction)).toEqual(["in", "out"]);
  });

  it("holds rules of each kind that a link may want", () => {
    const peers = [
      { prefixList: "pl-0a1b2c3d4e5f60718" },
      { securityGroup: BALANCER },
      { cidr: "fd00:10::/64" },
    ];
    const rules = [
      ...peers.map((peer) => ({ direction: "in", protocol: "tcp", ports: "8000-8080", peer })),
      { direction: "in", protocol: "icmp", icmp: { type: 8 }, peer: { cidr: "10.10.1.0/24" } },
      { direction: "out", protocol: "all", peer: { cidr: "10.10.1.0/24" } },
    ];
    const own = { name: "relay", cloud: "aws", group: RELAY, own: "all", rules };
    const { world } = securityGroups(parseLink(linkWith({ allowlists: { groups: [own] } })));
    expect(world.rules(RELAY)).toHaveLength(rules.length);
    expect(world.rules(RELAY).map(({ value }) => value)).toContainEqual(
      expect.objectContaining({ ipProtocol: "icmp", fromPort: 8, toPort: -1 }),
    );
  });

  it("tells who changed them where there is a trail, created or adopted, and nothing without one", async () => {
    const created = securityGroups();
    await open(created);
    expect(created.told).toMatchObject([{ source: "aws.ec2" }]);
    const allowlists = { ...declared.allowlists, trail: "adopt" };
    const adopted = securityGroups(parseLink({ ...declared, allowlists }), []);
    await open(adopted);
    expect(adopted.told).toHaveLength(1);
    const none = securityGroups(link, []);
    await open(none);
    expect(none.told).toEqual([]);
  });
});

describe("createNsgs", () => {
  const nsgs = (settings: Record<string, string>) => {
    const functionApp = { principalId: "p", resourceId: "/sites/hand", settings } as never;
    const world = createNsgs({ kernel, graph: { tenantId: TENANT_ID, functionApp }, link, speed: 1 });
    onTestFinished(() => world.stop());
    return world;
  };

  it("has the groups that the hand is told of, as new, where the link is", () => {
    const world = nsgs({ NSGS: JSON.stringify({ bunny: NSG }) });
    expect(world.all()).toMatchObject([{ id: NSG, location: "uksouth", rules: [] }]);
  });

  it("has none where the hand is told of none", () => {
    expect(nsgs({}).all()).toEqual([]);
  });
});
