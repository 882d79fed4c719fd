/**
 * The groups of every life, as its link declares them: relay's in AWS, with an exception for an hour of the second day,
 * and that of bunny's nodes in Azure. They are of the small worlds in which every packet is asked about (flows.ts).
 */
import { toIso } from "../../shared/runtime/instant.ts";
import { START } from "../model/brain.ts";

const DAY = 86_400;
export const RELAY_GROUP = "sg-0a1b2c3d4e5f60718";
/** Somebody else's, in the same account. */
export const FOREIGN_GROUP = "sg-0f1b2c3d4e5f60718";
export const EXCEPTION = { from: START + DAY + 100, until: START + DAY + 3_700 } as const;

const rule = (direction: "in" | "out", protocol: string, ports: number | string, cidr: string) => ({
  direction,
  protocol,
  ports,
  peer: { cidr },
});

const relay = {
  name: "relay",
  cloud: "aws",
  group: RELAY_GROUP,
  own: "all",
  rules: [
    rule("in", "tcp", 443, "10.0.0.0/30"),
    rule("in", "tcp", "443-444", "10.0.0.4/30"),
    rule("out", "udp", 80, "10.0.0.0/24"),
  ],
  exceptions: [
    {
      rule: rule("in", "tcp", 22, "10.0.0.5/32"),
      author: "Alice",
      reason: "a look at a disk",
      from: toIso(EXCEPTION.from),
      until: toIso(EXCEPTION.until),
    },
  ],
};

const nodes = {
  name: "nodes",
  cloud: "azure",
  group: { resourceGroup: "network", nsg: "nodes" },
  own: "all",
  rules: [
    rule("in", "tcp", 443, "10.0.0.0/30"),
    rule("in", "udp", 9_000, "10.0.0.6/32"),
    rule("out", "tcp", 443, "10.0.0.0/29"),
  ],
};

export const ALLOWLISTS_INPUT = { groups: [relay, nodes] };
