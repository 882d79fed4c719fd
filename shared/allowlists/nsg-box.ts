/**
 * Boxes of flows, for rules that deny as well as allow: protocols x ports x peers. In an NSG a service tag may share
 * addresses with any network, and which nobody here can tell, so two questions are kept apart: what surely lies within
 * a box, and what may touch it.
 */
import { parseNetwork } from "./address.ts";
import { PORT_MAX } from "./protocol.ts";
import type { Peer, Rule } from "./schema.ts";

export interface Box {
  /** As in a rule, or `all`. */
  readonly protocol: string;
  /** Bits of a network, where a network within another begins with the other's; or a peer that nobody sees into. */
  readonly peer: string;
  /** Included, both. */
  readonly from: number;
  readonly to: number;
}

/** Every address of both families. */
export const EVERYONE = "";
export const EVERYTHING: Box = { protocol: "all", peer: EVERYONE, from: 0, to: PORT_MAX };

/** What an NSG tells apart; `other` is what only a rule for all protocols matches. */
export const PROTOCOLS: readonly string[] = ["tcp", "udp", "icmp", "50", "51", "other"];

const OPAQUE = "#";
/** Ends in what no name holds: one that begins like another is not within it. Azure takes a tag in any case. */
export const opaquePeer = (name: string): string =>
  `${OPAQUE}${name.toLowerCase().replaceAll("%", "%25").replaceAll(";", "%3b")};`;
export const isOpaque = (peer: string): boolean => peer.startsWith(OPAQUE);

/** `4` or `6`, then the bits of the prefix; null when the text is no network. */
export function networkPeer(text: string): string | null {
  const network = parseNetwork(text);
  if (network === null) return null;
  const { first, prefix } = network;
  return typeof first === "number"
    ? `4${bitsOf(first).slice(0, prefix)}`
    : `6${first.toString(2).padStart(128, "0").slice(0, prefix)}`;
}

const OCTETS = Array.from({ length: 256 }, (_, octet) => octet.toString(2).padStart(8, "0"));
/** Of an IPv4 address. */
const bitsOf = (address: number): string =>
  [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => OCTETS[Math.floor(address / unit) % 256]).join("");

/** Null of what an NSG cannot name as a peer. */
export function peerOf(peer: Peer): string | null {
  if (peer.kind === "cidr") return networkPeer(peer.cidr);
  return peer.kind === "service-tag" ? opaquePeer(peer.tag) : null;
}

/** Null of a rule that an NSG cannot hold: it knows no ICMPv6, no types of ICMP, and no other protocol's number. */
export function boxOf(rule: Rule): Box | null {
  const known = boxes.get(rule);
  if (known !== undefined) return known;
  const box = readBox(rule);
  boxes.set(rule, box);
  return box;
}
/** A rule never changes, and each of the many plans of a run asks for its box again. */
const boxes = new WeakMap<Rule, Box | null>();

function readBox({ protocol, ports, peer }: Rule): Box | null {
  const side = peerOf(peer);
  const isKnown = protocol === "all" || (PROTOCOLS.includes(protocol) && protocol !== "other");
  if (side === null || !isKnown || (protocol === "icmp" && ports !== null)) return null;
  return { protocol, peer: side, from: ports?.from ?? 0, to: ports?.to ?? PORT_MAX };
}

export const boxKey = ({ protocol, peer, from, to }: Box): string => `${protocol} ${from}-${to} ${peer}`;

/** True when each flow of `inner` is surely one of `outer`. */
export const contains = (outer: Box, inner: Box): boolean =>
  (outer.protocol === "all" || outer.protocol === inner.protocol) &&
  outer.from <= inner.from &&
  inner.to <= outer.to &&
  inner.peer.startsWith(outer.peer);

/** False only when they surely share no flow. */
export const mayMeet = (one: Box, other: Box): boolean =>
  (one.protocol === other.protocol || one.protocol === "all" || other.protocol === "all") &&
  one.from <= other.to &&
  other.from <= one.to &&
  peersMayMeet(one.peer, other.peer);

const peersMayMeet = (one: string, other: string): boolean =>
  one.startsWith(other) || other.startsWith(one) || isOpaque(one) || isOpaque(other);

/** What of `box` is not surely in `other`, as boxes that do not overlap. */
function without(box: Box, other: Box): Box[] {
  if (!mayMeet(box, other) || !peersNest(box.peer, other.peer)) return [box];
  const rest: Box[] = [];
  let inside = box;
  if (box.protocol === "all" && other.protocol !== "all") {
    for (const protocol of PROTOCOLS) if (protocol !== other.protocol) rest.push({ ...box, protocol });
    inside = { ...inside, protocol: other.protocol };
  }
  if (inside.from < other.from) rest.push({ ...inside, to: other.from - 1 });
  if (other.to < inside.to) rest.push({ ...inside, from: other.to + 1 });
  inside = { ...inside, from: Math.max(inside.from, other.from), to: Math.min(inside.to, other.to) };
  for (const peer of siblings(inside.peer, other.peer)) rest.push({ ...inside, peer });
  return rest;
}

/** No part of a network can be named that a tag leaves over. */
const peersNest = (outer: string, inner: string): boolean =>
  outer.startsWith(inner) || (inner.startsWith(outer) && !isOpaque(inner));

/** The networks that are left of `outer` when `inner`, a part of it, is taken out. */
function siblings(outer: string, inner: string): string[] {
  return [...inner.slice(outer.length)].map((bit, index) => {
    const at = outer.length + index;
    return inner.slice(0, at) + (FLIPPED.get(bit) ?? bit);
  });
}
const FLIPPED: ReadonlyMap<string, string> = new Map([
  ["4", "6"],
  ["6", "4"],
  ["0", "1"],
  ["1", "0"],
]);

/** Past so many pieces nobody can tell any more, which is never "covered". */
const PIECES_MAX = 256;

/** What of the boxes is not surely in `others`; null when it falls into too many pieces. */
export function leftOf(boxes: readonly Box[], others: readonly Box[]): Box[] | null {
  let rest = [...boxes];
  for (const other of others) {
    if (rest.length === 0) break;
    rest = rest.flatMap((box) => without(box, other));
    if (rest.length > Math.max(PIECES_MAX, boxes.length)) return null;
  }
  return rest;
}
