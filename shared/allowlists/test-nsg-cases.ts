/** Cases for the laws of planNetworkSecurityGroup: small groups full of clashes, and runs of the plan until it is done. */
import fc from "fast-check";
import { wishDigest } from "./consent.ts";
import { type NsgPlan, planNetworkSecurityGroup } from "./nsg-plan.ts";
import { NsgRuleAnswer } from "./nsg-rule.ts";
import { Rule } from "./schema.ts";
import { applyChange, type Body, type Stored } from "./test-nsg.ts";

export const MARK = "warrener-lab--";
const NETWORKS = [
  "10.0.0.0/29",
  "10.0.0.0/30",
  "10.0.0.4/30",
  "10.0.0.0/31",
  "10.0.0.2/31",
  "10.0.0.1/32",
  "0.0.0.0/0",
  "fd00::/126",
  "fd00::1/128",
];
const TAGS = ["Storage", "Internet", "VirtualNetwork"];
const PORTS = ["*", "*", "443", "443-444", "22", "0-443", "400-9000"];

const anyWanted: fc.Arbitrary<Rule> = fc
  .record({
    direction: fc.constantFrom("in" as const, "in" as const, "out" as const),
    protocol: fc.constantFrom("tcp", "tcp", "udp", "icmp", "50", "all"),
    ports: fc.constantFrom(null, { from: 443, to: 443 }, { from: 443, to: 444 }, { from: 22, to: 22 }),
    peer: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...NETWORKS).map((cidr) => ({ kind: "cidr" as const, cidr })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...TAGS).map((tag) => ({ kind: "service-tag" as const, tag })),
      },
    ),
    description: fc.constant(""),
  })
  .map((rule) => Rule.parse(rule.protocol === "icmp" ? { ...rule, ports: null } : rule));

const anyFar = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NETWORKS, "10.0.0.1", "10.0.0.3/30", "FD00::1", "*").map(one) },
  { weight: 1, arbitrary: fc.constantFrom(...TAGS, "storage").map(one) },
  { weight: 2, arbitrary: fc.subarray(NETWORKS, { minLength: 1, maxLength: 3 }).map(many) },
  { weight: 1, arbitrary: fc.constant({ groups: [{ id: "/subscriptions/x/asg-1" }] }) },
);
function one(prefix: string): End {
  return { prefix };
}
function many(prefixes: readonly string[]): End {
  return { prefixes };
}
interface End {
  readonly prefix?: string;
  readonly prefixes?: readonly string[];
  readonly groups?: readonly { readonly id: string }[];
}

export const anyBody: fc.Arbitrary<Body> = fc
  .record({
    direction: fc.constantFrom("Inbound", "Inbound", "Outbound"),
    access: fc.constantFrom("Allow", "Deny"),
    priority: fc.oneof(
      fc.integer({ min: 100, max: 104 }),
      fc.integer({ min: 999, max: 1_002 }),
      fc.integer({ min: 4_092, max: 4_096 }),
    ),
    protocol: fc.constantFrom("Tcp", "TCP", "Udp", "Icmp", "Esp", "*", "*"),
    far: anyFar,
    near: fc.constantFrom<End>(
      { prefix: "*" },
      { prefix: "*" },
      { prefixes: ["*"] },
      { prefix: "10.9.0.4" },
      { prefix: "0.0.0.0/0" },
    ),
    fromPort: fc.constantFrom("*", "*", "*", "1024-2000"),
    ports: fc.oneof(
      fc.constantFrom(...PORTS).map((port) => ({ destinationPortRange: port })),
      fc.subarray(["443", "444", "22-30"], { minLength: 1 }).map((list) => ({ destinationPortRanges: list })),
    ),
  })
  .map(({ direction, access, priority, protocol, far, near, fromPort, ports }) => {
    const [source, destination] = direction === "Inbound" ? [far, near] : [near, far];
    return {
      ...{ direction, access, priority, protocol, sourcePortRange: fromPort },
      ...end("source", source),
      ...end("destination", destination),
      ...ports,
    };
  });

function end(name: "source" | "destination", { prefix, prefixes, groups }: End): Partial<Body> {
  return {
    ...(prefix === undefined ? {} : { [`${name}AddressPrefix`]: prefix }),
    ...(prefixes === undefined ? {} : { [`${name}AddressPrefixes`]: prefixes }),
    ...(groups === undefined ? {} : { [`${name}ApplicationSecurityGroups`]: groups }),
  };
}

const anyNsg = fc
  .uniqueArray(fc.tuple(anyBody, fc.boolean()), {
    maxLength: 9,
    selector: ([{ direction, priority }]) => `${direction} ${priority}`,
  })
  .map((rules) =>
    rules.map(([properties, isMarked], index): Stored => {
      const name = `${isMarked ? MARK : "rule-"}${index}`;
      return { name, etag: `"${name}"`, properties };
    }),
  );

export const anyCase = fc.record({
  own: fc.constantFrom("all" as const, "marked" as const),
  both: fc.boolean(),
  rules: fc.array(anyWanted, { maxLength: 4 }),
  last: fc.option(fc.array(anyWanted, { maxLength: 2 }), { nil: null }),
  shrinkMax: fc.nat(1),
  nsg: anyNsg,
  room: fc.constantFrom<number>(0, 1, 2, 50, 1_000),
  secrets: fc.nat(),
});
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never;

/** The same for the same name and seed; anything goes. */
export const secretsOf = (seed: number) => (name: string) => {
  let hash = seed;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return ((hash >>> 7) & 1) === 1;
};

export function inputOf({ own, both, rules, last, shrinkMax, nsg, room }: Case) {
  const directions = both ? (["in", "out"] as const) : (["in"] as const);
  const desired = {
    name: "relay",
    cloud: "azure" as const,
    group: { resourceGroup: "rg-link", nsg: "nsg-aks" },
    own,
    mode: "heal" as const,
    directions,
    rules: rules.filter(({ direction }) => both || direction === "in"),
    exceptions: [],
  };
  const lastApplied = last === null ? null : last.filter(({ direction }) => both || direction === "in");
  const accepted = lastApplied === null ? wishDigest(desired) : null;
  const consent = { shrinkMax, lastApplied, accepted };
  return { link: "lab", desired, consent, now: 1_800_000_000, rulesMax: nsg.length + room };
}

export const read = (nsg: readonly Stored[]) => nsg.map((rule) => NsgRuleAnswer.parse(rule));

interface Step {
  readonly nsg: readonly Stored[];
  /** Of the plan that led here. */
  readonly held: readonly Rule[];
}
interface Played {
  readonly steps: readonly Step[];
  readonly plans: readonly NsgPlan[];
}

/** Runs until nothing is left to do. */
export function play(drawn: Case): Played {
  const input = inputOf(drawn);
  const steps: Step[] = [{ nsg: drawn.nsg, held: [] }];
  const plans: NsgPlan[] = [];
  let nsg: readonly Stored[] = drawn.nsg;
  for (let run = 0; run < 6; run += 1) {
    const plan = planNetworkSecurityGroup({ ...input, observed: read(nsg) });
    plans.push(plan);
    if (plan.changes.length === 0) return { steps, plans };
    for (const change of plan.changes) {
      nsg = applyChange(nsg, change, input.rulesMax);
      steps.push({ nsg, held: plan.awaitingConsent });
    }
  }
  throw new Error(`does not settle: ${JSON.stringify(plans.at(-1))}`);
}
