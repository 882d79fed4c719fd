/** The rules that we write into an NSG, their names, and what Resource Manager is sent. */
import { createHash } from "node:crypto";
import type { NsgEnd, NsgRule } from "./nsg-rule.ts";
import { peerKey, ruleKey } from "./rule-key.ts";
import { type Direction, markPrefix, type Rule } from "./schema.ts";

/** Names of Azure's rules ignore case. */
export const isMarked = (link: string, name: string): boolean =>
  name.toLowerCase().startsWith(markPrefix(link).toLowerCase());

/** `isTaken` is asked with what Resource Manager would compare: the name in lower case. */
export function nameFor(link: string, what: string, isTaken: (name: string) => boolean): string {
  const name = `${markPrefix(link)}${what}`;
  for (let copy = 1; ; copy += 1) {
    const candidate = copy === 1 ? name : `${name}-${copy}`;
    if (!isTaken(candidate.toLowerCase())) return candidate;
  }
}

const ANY: NsgEnd = { prefixes: ["*"], groups: [], ports: ["*"] };
/** https://learn.microsoft.com/rest/api/virtualnetwork/security-rules/create-or-update */
const DESCRIPTION_MAX = 140;

const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ["all", "*"],
  ["50", "esp"],
  ["51", "ah"],
]);

/** What a name says of a rule, and enough of a digest to tell it from its like. */
export function labelOf(rule: Rule): string {
  const { direction, protocol } = rule;
  const digest = createHash("sha256").update(ruleKey(rule)).digest("hex").slice(0, 8);
  const ports = portsText(rule);
  return [direction, protocol, ...(ports === "*" ? [] : [ports]), digest].join("-");
}

export const FINAL_DENY = "final-deny";

type Placed = Pick<NsgRule, "name" | "etag" | "priority">;

export function allowOf(rule: Rule, placed: Placed): NsgRule {
  const peer = rule.peer.kind === "service-tag" ? rule.peer.tag : peerKey(rule.peer);
  const far = { ...ANY, prefixes: [peer] };
  const near = ANY;
  const [source, destination] = rule.direction === "in" ? [far, near] : [near, far];
  return {
    ...placed,
    direction: rule.direction,
    access: "allow",
    protocol: PROTOCOLS.get(rule.protocol) ?? rule.protocol,
    source,
    destination: { ...destination, ports: [portsText(rule)] },
    description: [...rule.description].slice(0, DESCRIPTION_MAX).join(""),
    isInEffect: true,
  };
}

function portsText({ ports }: Rule): string {
  if (ports === null) return "*";
  return ports.from === ports.to ? String(ports.from) : `${ports.from}-${ports.to}`;
}

export const finalDenyOf = (direction: Direction, placed: Placed): NsgRule => ({
  ...placed,
  direction,
  access: "deny",
  protocol: "*",
  source: ANY,
  destination: ANY,
  description: "Closes what no rule above opens",
  isInEffect: true,
});

export const WALL = "shut";
/** What a temporary deny is known by: it may stand in the place of a rule of any name. */
const WALL_SAYS = "Closes what has to go, until that is gone";

export const wallOf = (direction: Direction, placed: Placed): NsgRule => ({
  ...finalDenyOf(direction, placed),
  description: WALL_SAYS,
});

export const isWall = ({ access, description }: NsgRule): boolean =>
  access === "deny" && description === WALL_SAYS;

const SPELLED: ReadonlyMap<string, string> = new Map([
  ["in", "Inbound"],
  ["out", "Outbound"],
  ["allow", "Allow"],
  ["deny", "Deny"],
  ["tcp", "Tcp"],
  ["udp", "Udp"],
  ["icmp", "Icmp"],
  ["esp", "Esp"],
  ["ah", "Ah"],
]);
const spelled = (word: string): string => SPELLED.get(word) ?? word;

/** The whole rule: a PUT replaces all of it. */
export function nsgRuleBody({
  direction,
  access,
  priority,
  protocol,
  source,
  destination,
  description,
}: NsgRule) {
  return {
    properties: {
      direction: spelled(direction),
      access: spelled(access),
      priority,
      protocol: spelled(protocol),
      ...endBody("source", source),
      ...endBody("destination", destination),
      description,
    },
  };
}

/** `*` is taken only in the singular, a list only in the plural; an end with security groups has no prefix at all. */
function endBody(end: "source" | "destination", { prefixes, groups, ports }: NsgEnd) {
  return {
    ...oneOrMore(`${end}AddressPrefix`, `${end}AddressPrefixes`, prefixes),
    ...(groups.length === 0 ? {} : { [`${end}ApplicationSecurityGroups`]: groups.map((id) => ({ id })) }),
    ...oneOrMore(`${end}PortRange`, `${end}PortRanges`, ports),
  };
}

function oneOrMore(singular: string, plural: string, values: readonly string[]) {
  const [only] = values;
  if (only === undefined) return {};
  return values.length === 1 ? { [singular]: only } : { [plural]: values };
}
