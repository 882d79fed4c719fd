import { describe, expect, it } from "vitest";
import { faultsOf, linkWith } from "../../local/testing/links.ts";
import { linkDigest, parseLink, parseLinkToDeploy } from "./load.ts";

const RELAY = { name: "relay", cloud: "aws", group: "sg-0a1b2c3d4e5f60718", own: "all" };
const BUNNY = {
  name: "bunny",
  cloud: "azure",
  group: { resourceGroup: "network", nsg: "aks" },
  own: "marked",
};
const RULE = { direction: "in", protocol: "tcp", ports: 443, peer: { cidr: "10.10.1.0/24" } };
const withGroups = (...groups: object[]) => linkWith({ allowlists: { groups } });

describe("a link's allowlists", () => {
  it("may be left out", () => {
    expect(parseLink(linkWith({})).allowlists).toBeUndefined();
  });

  it("take every default: no shrinking unasked, and a trail of their own", () => {
    expect(parseLink(withGroups(RELAY)).allowlists).toEqual({
      shrinkMax: 0,
      trail: "create",
      groups: [{ ...RELAY, mode: "heal", exceptions: [], rulesMax: 60 }],
    });
  });

  it("may rely on a trail that the account has, and let flows be closed unasked", () => {
    const allowlists = { groups: [BUNNY], trail: "adopt", shrinkMax: 3 };
    expect(parseLink(linkWith({ allowlists })).allowlists).toMatchObject({ trail: "adopt", shrinkMax: 3 });
  });

  it("are part of what both halves must have in common", () => {
    const digests = [linkWith({}), withGroups(RELAY), withGroups(BUNNY)].map((input) =>
      linkDigest(parseLink(input)),
    );
    expect(new Set(digests).size).toBe(digests.length);
  });

  it.each<[what: string, input: unknown, fault: string]>([
    ["no group", withGroups(), "groups: must have at least one of the groups"],
    [
      "a trail that is neither",
      linkWith({ allowlists: { groups: [RELAY], trail: "none" } }),
      'trail: must be "create" or "adopt"',
    ],
    [
      "relay open to the internet",
      withGroups({ ...RELAY, rules: [{ ...RULE, peer: { cidr: "0.0.0.0/0" } }] }),
      'groups[0].rules[0].peer: "0.0.0.0/0" would let in a part of the internet, or all of it: name the networks that are meant, none wider than /8',
    ],
    [
      "a rule that no network security group can express",
      withGroups(RELAY, { ...BUNNY, rules: [{ ...RULE, protocol: "sctp", ports: undefined }] }),
      'groups[1].rules[0].protocol: "sctp" is no protocol: it must be tcp, udp, icmp, icmpv6, all, or a number from 0 to 255',
    ],
    [
      "the number of a protocol that no network security group tells from others",
      withGroups(RELAY, { ...BUNNY, rules: [{ ...RULE, protocol: 132, ports: undefined }] }),
      "groups[1].rules[0].protocol: is 132, which a network security group cannot tell from others: it takes tcp, udp, icmp, 50 (ESP), 51 (AH) or all",
    ],
    [
      "an exception without a reason",
      withGroups({ ...RELAY, exceptions: [{ rule: RULE, author: "alice", until: "2030-01-31T18:00Z" }] }),
      "groups[0].exceptions[0].reason: is missing; must be a text: why this exception is needed",
    ],
  ])("are refused with %s", (_, input, fault) => {
    expect(faultsOf(input)).toContain(`allowlists.${fault}`);
  });

  it("load with an exception that is over: a deployed function must go on with the rest, and only a new deployment is refused", () => {
    const over = {
      rule: { ...RULE, ports: 8_443 },
      author: "alice",
      reason: "a move",
      until: "2020-01-31T18:00Z",
    };
    const link = withGroups({ ...RELAY, exceptions: [over] });
    const end = Date.UTC(2020, 0, 31, 18) / 1_000;
    expect(faultsOf(link)).toEqual([]);
    expect(parseLinkToDeploy(link, end - 1)).toEqual(parseLink(link));
    expect(() => parseLinkToDeploy(link, end)).toThrow(
      "the link has 1 fault:\n  allowlists.groups[0].exceptions[0].until: was over at 2020-01-31T18:00:00Z: leave the exception out, or give it a new end and a reason for it",
    );
  });
});
