/**
 * A rule of an NSG as Resource Manager tells it, in one spelling: the singular and the plural fields are one list,
 * sorted, networks without host bits. What it lets pass is told twice, once as what it surely matches and once as what
 * it may match; a rule that cannot be understood surely matches nothing and may match everything.
 *
 * REST: https://learn.microsoft.com/rest/api/virtualnetwork/security-rules/get
 */
import * as z from "zod";
import { parseNetwork } from "./address.ts";
import { type Box, EVERYONE, EVERYTHING, networkPeer, opaquePeer, PROTOCOLS } from "./nsg-box.ts";
import { PORT_MAX } from "./protocol.ts";
import type { Direction } from "./schema.ts";

export const NSG_PRIORITY_MIN = 100;
export const NSG_PRIORITY_MAX = 4_096;

/** Azure says nothing of what a rule does not have, or null. */
const orNone = <T>(list: readonly T[] | null | undefined): readonly T[] => list ?? [];
const Texts = z.array(z.string()).nullish().transform(orNone);
const Text = z.string().nullish();
const SecurityGroups = z
  .array(z.object({ id: z.string() }))
  .nullish()
  .transform(orNone);

/** One end of a rule's flows. `groups`: ids of application security groups, whose members are not known here. */
export interface NsgEnd {
  readonly prefixes: readonly string[];
  readonly groups: readonly string[];
  readonly ports: readonly string[];
}

export interface NsgRule {
  readonly name: string;
  readonly etag: string | null;
  readonly direction: Direction;
  readonly access: "allow" | "deny";
  /** Unique within the direction; the lowest wins. */
  readonly priority: number;
  /** In lower case, `*` for all. */
  readonly protocol: string;
  readonly source: NsgEnd;
  readonly destination: NsgEnd;
  readonly description: string;
  /** False when Azure says that it did not take effect, or is on its way out. */
  readonly isInEffect: boolean;
}

const DIRECTIONS = { inbound: "in", outbound: "out" } as const;
const inLowerCase = z.string().transform((text) => text.toLowerCase());
const NOT_IN_EFFECT: readonly string[] = ["failed", "canceled", "deleting"];

/** Fails on what decides what the rule does: a rule that cannot be read must not be taken for none. */
export const NsgRuleAnswer = z
  .object({
    name: z.string().min(1),
    etag: z.string().nullish(),
    properties: z.object({
      direction: inLowerCase.pipe(z.enum(["inbound", "outbound"])),
      access: inLowerCase.pipe(z.enum(["allow", "deny"])),
      priority: z.int().min(NSG_PRIORITY_MIN).max(NSG_PRIORITY_MAX),
      protocol: inLowerCase,
      sourceAddressPrefix: Text,
      sourceAddressPrefixes: Texts,
      sourceApplicationSecurityGroups: SecurityGroups,
      sourcePortRange: Text,
      sourcePortRanges: Texts,
      destinationAddressPrefix: Text,
      destinationAddressPrefixes: Texts,
      destinationApplicationSecurityGroups: SecurityGroups,
      destinationPortRange: Text,
      destinationPortRanges: Texts,
      description: Text,
      provisioningState: inLowerCase.nullish(),
    }),
  })
  .transform(
    ({ name, etag, properties: told }): NsgRule => ({
      name,
      etag: etag ?? null,
      direction: DIRECTIONS[told.direction],
      access: told.access,
      priority: told.priority,
      protocol: told.protocol,
      source: {
        prefixes: canonical(told.sourceAddressPrefix, told.sourceAddressPrefixes, prefixText),
        groups: canonical(undefined, idsOf(told.sourceApplicationSecurityGroups)),
        ports: canonical(told.sourcePortRange, told.sourcePortRanges),
      },
      destination: {
        prefixes: canonical(told.destinationAddressPrefix, told.destinationAddressPrefixes, prefixText),
        groups: canonical(undefined, idsOf(told.destinationApplicationSecurityGroups)),
        ports: canonical(told.destinationPortRange, told.destinationPortRanges),
      },
      description: told.description ?? "",
      isInEffect: !NOT_IN_EFFECT.includes(told.provisioningState ?? "succeeded"),
    }),
  );

const idsOf = (groups: readonly { readonly id: string }[]): string[] => groups.map(({ id }) => id);
const prefixText = (text: string): string => parseNetwork(text)?.text ?? text;

/** The portal empties the field that it does not use. */
function canonical(one: string | null | undefined, more: readonly string[], spell = (text: string) => text) {
  const all = [one ?? "", ...more].map((text) => text.trim()).filter((text) => text !== "");
  return [...new Set(all.map(spell))].sort();
}

export interface Reading {
  readonly surely: readonly Box[];
  readonly maybe: readonly Box[];
}

/** Azure takes 4,000 prefixes a rule; times ports and protocols there may be more boxes than are worth comparing. */
const BOXES_MAX = 1_024;
const UNREADABLE: Reading = { surely: [], maybe: [EVERYTHING] };

/** What the rule matches, as seen from its peers: a rule for a part of what the group protects matches only a part. */
export function readingOf(rule: NsgRule): Reading {
  const [far, near] =
    rule.direction === "in" ? [rule.source, rule.destination] : [rule.destination, rule.source];
  const peers = peersOf(far);
  const maybe = boxesOf(rule, peers, "maybe");
  if (maybe === null) return UNREADABLE;
  const isWhole = rule.source.ports.includes("*") && rule.isInEffect;
  const surely = isWhole ? (boxesOf(rule, peers, "surely") ?? []) : [];
  return { maybe, surely: surely.filter(({ peer }) => near.prefixes.some((text) => reaches(text, peer))) };
}

/** Whoever is of one family meets only what is of the same. */
function reaches(near: string, peer: string): boolean {
  const whole = near === "*" ? EVERYONE : networkPeer(near);
  return whole !== null && whole.length <= 1 && peer.startsWith(whole);
}

const peersOf = (far: NsgEnd): string[] => [
  ...far.prefixes.map((text) => (text === "*" ? EVERYONE : (networkPeer(text) ?? opaquePeer(text)))),
  ...far.groups.map(opaquePeer),
];

function boxesOf(rule: NsgRule, peers: readonly string[], sense: keyof Reading): Box[] | null {
  const ports = rule.destination.ports.map(portsOf);
  if (peers.length === 0 || ports.length === 0) return null;
  if (peers.length * ports.length * PROTOCOLS.length > BOXES_MAX) return null;
  const boxes = ports.flatMap((range) => {
    const parts = range === null ? null : protocolsOf(rule.protocol, range, sense);
    return parts === null ? [null] : peers.flatMap((peer) => parts.map((part) => ({ ...part, peer })));
  });
  const known = boxes.filter((box) => box !== null);
  return known.length === boxes.length ? known : null;
}

type Range = Pick<Box, "from" | "to">;
const WHOLE: Range = { from: 0, to: PORT_MAX };
const isWhole = ({ from, to }: Range): boolean => from === 0 && to === PORT_MAX;

function portsOf(text: string): Range | null {
  if (text === "*") return WHOLE;
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return null;
  const range = { from: Number(first), to: Number(last) };
  return range.from <= range.to && range.to <= PORT_MAX ? range : null;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["tcp", "tcp"],
  ["udp", "udp"],
  ["icmp", "icmp"],
  ["esp", "50"],
  ["ah", "51"],
]);

/** What ports mean for a protocol that has none is documented nowhere: it may match, and does not surely. */
function protocolsOf(protocol: string, range: Range, sense: keyof Reading) {
  const name = NAMES.get(protocol);
  if (name === undefined && protocol !== "*") return null;
  if (isWhole(range)) return [{ protocol: name ?? "all", ...range }];
  const among = name === undefined ? PROTOCOLS : [name];
  return among.flatMap((one) => {
    if (one === "tcp" || one === "udp") return [{ protocol: one, ...range }];
    return sense === "maybe" ? [{ protocol: one, ...WHOLE }] : [];
  });
}
