/** Rules of the small world whose packets test-packets.ts knows. */
import fc from "fast-check";
import { canonicalPorts, icmpPorts } from "./protocol.ts";
import { ruleKey } from "./rule-key.ts";
import type { Peer, Rule } from "./schema.ts";
import { TEST_NETWORKS } from "./test-packets.ts";

const anyPeer: fc.Arbitrary<Peer> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(...TEST_NETWORKS).map((cidr) => ({ kind: "cidr" as const, cidr })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("sg-0000000a", "sg-0000000b")
      .map((id) => ({ kind: "security-group" as const, id })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "prefix-list" as const, id: "pl-0000000a" }) },
);
const anyPorts = fc.constantFrom(
  { from: 443, to: 443 },
  { from: 442, to: 444 },
  { from: 443, to: 445 },
  { from: 22, to: 22 },
  { from: 80, to: 443 },
  null,
);
const anyTraffic = fc.oneof(
  { weight: 8, arbitrary: fc.record({ protocol: fc.constantFrom("tcp", "tcp", "udp"), ports: anyPorts }) },
  { weight: 1, arbitrary: fc.constantFrom("all", "50").map((protocol) => ({ protocol, ports: null })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(icmpPorts(-1, -1), icmpPorts(8, -1), icmpPorts(8, 0))
      .map((ports) => ({ protocol: "icmp", ports })),
  },
);

export const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    direction: fc.constantFrom("in" as const, "in" as const, "out" as const),
    traffic: anyTraffic,
    peer: anyPeer,
    description: fc.constantFrom("", "one"),
  })
  .map(({ traffic, ...rest }) => ({
    ...rest,
    protocol: traffic.protocol,
    ports: canonicalPorts(traffic.protocol, traffic.ports),
  }));

export const anyRules = (maxLength: number): fc.Arbitrary<Rule[]> =>
  fc.uniqueArray(anyRule, { maxLength, selector: ruleKey });
