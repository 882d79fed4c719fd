/**
 * A brute-force NSG for tests: a handful of addresses, ports and protocols, and every packet that they make tried
 * against every rule. It reads what Resource Manager is sent and shares nothing with the plan. What a service tag or
 * an application security group holds is drawn: a plan must be right whatever it is.
 */
import { BlockList } from "node:net";
import type { NsgChange } from "./nsg-draft.ts";
import { nsgRuleBody } from "./nsg-write.ts";
import type { Direction, Rule } from "./schema.ts";

export interface Body {
  readonly direction: string;
  readonly access: string;
  readonly priority: number;
  readonly protocol: string;
  readonly sourceAddressPrefix?: string;
  readonly sourceAddressPrefixes?: readonly string[];
  readonly sourceApplicationSecurityGroups?: readonly { readonly id: string }[];
  readonly sourcePortRange?: string;
  readonly sourcePortRanges?: readonly string[];
  readonly destinationAddressPrefix?: string;
  readonly destinationAddressPrefixes?: readonly string[];
  readonly destinationApplicationSecurityGroups?: readonly { readonly id: string }[];
  readonly destinationPortRange?: string;
  readonly destinationPortRanges?: readonly string[];
}
export interface Stored {
  readonly name: string;
  readonly etag: string;
  readonly properties: Body;
}

interface Packet {
  readonly direction: Direction;
  readonly protocol: string;
  readonly far: string;
  readonly near: string;
  readonly fromPort: number;
  readonly toPort: number;
}

const FAR = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.6", "192.0.2.1", "fd00::1", "fd00::2"];
const NEAR: Readonly<Record<string, readonly string[]>> = { v4: ["10.9.0.4", "10.9.0.5"], v6: ["fd09::4"] };
const PROTOCOLS = ["tcp", "udp", "icmp", "esp", "gre"];
const PORTS = [22, 443, 444, 9_000];
const FROM_PORTS = [1_024, 50_000];

export const PACKETS: readonly Packet[] = (["in", "out"] as const).flatMap((direction) =>
  FAR.flatMap((far) =>
    (NEAR[far.includes(":") ? "v6" : "v4"] ?? []).flatMap((near) =>
      PROTOCOLS.flatMap((protocol) =>
        protocol === "tcp" || protocol === "udp"
          ? FROM_PORTS.flatMap((fromPort) =>
              PORTS.map((toPort) => ({ direction, far, near, protocol, fromPort, toPort })),
            )
          : [{ direction, far, near, protocol, fromPort: -1, toPort: -1 }],
      ),
    ),
  ),
);

/** Drawn anew for every case: whether a name that nobody sees into holds an address, or what is not documented. */
export type Secrets = (name: string) => boolean;

export class Model {
  readonly #secrets: Secrets;
  readonly #known = new WeakMap<Body, readonly boolean[]>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** The rule that decides each packet; a default one is told as its access. */
  deciders(rules: Iterable<Stored>): (Stored | "Allow" | "Deny")[] {
    const sorted = [...rules]
      .sort((one, other) => one.properties.priority - other.properties.priority)
      .map((rule) => ({ rule, matched: this.#matches(rule.properties) }));
    return PACKETS.map(
      (packet, index) => sorted.find(({ matched }) => matched[index])?.rule ?? this.#default(packet),
    );
  }

  open(rules: Iterable<Stored>): boolean[] {
    return this.deciders(rules).map(isAllowed);
  }

  #default({ direction, far, near }: Packet): "Allow" | "Deny" {
    const vnet = this.#has("VirtualNetwork", far) && this.#has("VirtualNetwork", near);
    const other = this.#has(direction === "in" ? "AzureLoadBalancer" : "Internet", far);
    return vnet || other ? "Allow" : "Deny";
  }

  #matches(body: Body): readonly boolean[] {
    const known = this.#known.get(body) ?? PACKETS.map((packet) => this.#match(body, packet));
    this.#known.set(body, known);
    return known;
  }

  #match(body: Body, packet: Packet): boolean {
    const [source, destination] =
      packet.direction === "in" ? [packet.far, packet.near] : [packet.near, packet.far];
    const inSource = [
      ...some(body.sourceAddressPrefix, body.sourceAddressPrefixes),
      ...(body.sourceApplicationSecurityGroups ?? []).map(({ id }) => id),
    ].some((text) => this.#has(text, source));
    const inDestination = [
      ...some(body.destinationAddressPrefix, body.destinationAddressPrefixes),
      ...(body.destinationApplicationSecurityGroups ?? []).map(({ id }) => id),
    ].some((text) => this.#has(text, destination));
    const sameWay = body.direction === (packet.direction === "in" ? "Inbound" : "Outbound");
    const protocol = body.protocol.toLowerCase();
    if (!sameWay || !inSource || !inDestination) return false;
    if (protocol !== "*" && protocol !== packet.protocol) return false;
    return (
      this.#hasPort(some(body.sourcePortRange, body.sourcePortRanges), packet.fromPort) &&
      this.#hasPort(some(body.destinationPortRange, body.destinationPortRanges), packet.toPort)
    );
  }

  #hasPort(ranges: readonly string[], port: number): boolean {
    if (ranges.includes("*")) return true;
    // Nobody documents what the port of a protocol without ports is.
    if (port === -1) return this.#secrets(`portless ${ranges.join()}`);
    return ranges.some((range) => {
      const [first = Number.NaN, last = first] = range.split("-").map(Number);
      return first <= port && port <= last;
    });
  }

  #has(prefix: string, address: string): boolean {
    if (prefix === "*") return true;
    if (!/^[\d.]+(\/|$)|:.*\/|::/.test(prefix)) return this.#secrets(`${prefix.toLowerCase()} ${address}`);
    return subnetHas(prefix, address);
  }

  /** Whether each packet is of one of the rules, as the link's vocabulary has it. */
  wanted(rules: readonly Rule[]): boolean[] {
    return PACKETS.map((packet) => rules.some((rule) => this.#isOf(rule, packet)));
  }

  #isOf({ direction, protocol, ports, peer }: Rule, packet: Packet): boolean {
    const name = protocol === "50" ? "esp" : protocol;
    const text = peer.kind === "cidr" ? peer.cidr : peer.kind === "service-tag" ? peer.tag : "";
    return (
      direction === packet.direction &&
      (name === "all" || name === packet.protocol) &&
      (ports === null || (ports.from <= packet.toPort && packet.toPort <= ports.to)) &&
      this.#has(text, packet.far)
    );
  }
}

export const isAllowed = (decider: Stored | "Allow" | "Deny"): boolean =>
  (typeof decider === "string" ? decider : decider.properties.access) === "Allow";

const some = (one: string | undefined, more: readonly string[] = []): string[] =>
  one === undefined || one === "" ? [...more] : [one, ...more];

const subnets = new Map<string, boolean>();
function subnetHas(prefix: string, address: string): boolean {
  const key = `${prefix} ${address}`;
  const known = subnets.get(key);
  if (known !== undefined) return known;
  const family = (text: string) => (text.includes(":") ? "ipv6" : "ipv4");
  const [network = "", length = network.includes(":") ? "128" : "32"] = prefix.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(length), family(network));
  const has = family(network) === family(address) && list.check(address, family(address));
  subnets.set(key, has);
  return has;
}

/** What Resource Manager refuses is thrown. */
export function applyChange(rules: readonly Stored[], change: NsgChange, rulesMax: number): Stored[] {
  const same = ({ name }: Stored) => name.toLowerCase() === change.name.toLowerCase();
  const before = rules.find(same);
  if ((before?.etag ?? null) !== change.etag) throw new Error(`PreconditionFailed: ${change.name}`);
  const others = rules.filter((rule) => !same(rule));
  if (change.kind === "delete") return others;
  const stored = {
    name: change.name,
    etag: `${change.name} written`,
    properties: nsgRuleBody(change.rule).properties,
  };
  const { direction, priority } = stored.properties;
  const conflict = others.find(
    ({ properties }) => properties.direction === direction && properties.priority === priority,
  );
  if (conflict !== undefined) throw new Error(`SecurityRuleConflict: ${change.name} and ${conflict.name}`);
  if (priority < 100 || priority > 4_096) throw new Error(`SecurityRuleInvalidPriority: ${priority}`);
  if (others.length >= rulesMax) throw new Error("SecurityRuleLimitExceeded");
  return [...others, stored];
}
