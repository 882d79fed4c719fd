/**
 * Arithmetic of flows. A rule lets a box of flows pass: protocols x ports x addresses, in one direction. Networks
 * are boxes of addresses; every other peer (a prefix list, a security group, a service tag) is a space of its own,
 * since what is in it is not known here: nothing is ever taken for covered by it but itself.
 */
import { parseNetwork } from "./address.ts";
import { PORT_MAX, PROTOCOL_MAX, protocolNumber } from "./protocol.ts";
import { peerKey } from "./rule-key.ts";
import type { Peer, Rule } from "./schema.ts";

/** From `first` up to, and without, `end`. */
export interface Span {
  readonly first: number | bigint;
  readonly end: number | bigint;
}

export interface Flow {
  /** Flows of different spaces have nothing in common. */
  readonly space: string;
  readonly protocols: Span;
  /** All of them, of a protocol that has none. */
  readonly ports: Span;
  readonly addresses: Span;
}

const ALL_PROTOCOLS: Span = { first: 0, end: PROTOCOL_MAX + 1 };
const ALL_PORTS: Span = { first: 0, end: PORT_MAX + 1 };
const ONE: Span = { first: 0, end: 1 };

export function flowOf({ direction, protocol, ports, peer }: Rule): Flow {
  const number = protocolNumber(protocol);
  const { space, addresses } = endOf(peer);
  return {
    space: `${direction} ${space}`,
    protocols: number === null ? ALL_PROTOCOLS : { first: number, end: number + 1 },
    ports: ports === null ? ALL_PORTS : { first: ports.from, end: ports.to + 1 },
    addresses,
  };
}

function endOf(peer: Peer): { readonly space: string; readonly addresses: Span } {
  const network = peer.kind === "cidr" ? parseNetwork(peer.cidr) : null;
  return network === null
    ? { space: peerKey(peer), addresses: ONE }
    : { space: network.family, addresses: { first: network.first, end: network.end } };
}

const AXES = ["protocols", "ports", "addresses"] as const;

const meet = (one: Span, other: Span): boolean => one.first < other.end && other.first < one.end;
const within = (inner: Span, outer: Span): boolean => outer.first <= inner.first && inner.end <= outer.end;

/** Of two flows of one space: whether they have anything in common. */
export const meets = (one: Flow, other: Flow): boolean =>
  meet(one.addresses, other.addresses) &&
  meet(one.ports, other.ports) &&
  meet(one.protocols, other.protocols);

/** Of two flows of one space: whether the outer has all of the inner. */
export const holds = (outer: Flow, inner: Flow): boolean =>
  within(inner.addresses, outer.addresses) &&
  within(inner.ports, outer.ports) &&
  within(inner.protocols, outer.protocols);

export const overlaps = (one: Flow, other: Flow): boolean => one.space === other.space && meets(one, other);

/** True when every flow of `inner` is one of `outer`. */
const contains = (outer: Flow, inner: Flow): boolean => outer.space === inner.space && holds(outer, inner);

/** What both have; null when that is nothing. */
export function common(one: Flow, other: Flow): Flow | null {
  if (!overlaps(one, other)) return null;
  return {
    space: one.space,
    protocols: commonSpan(one.protocols, other.protocols),
    ports: commonSpan(one.ports, other.ports),
    addresses: commonSpan(one.addresses, other.addresses),
  };
}

const commonSpan = (one: Span, other: Span): Span => ({
  first: one.first > other.first ? one.first : other.first,
  end: one.end < other.end ? one.end : other.end,
});

/** What is left of a flow when the others are taken out, as boxes that do not overlap. */
export function without(flow: Flow, others: Iterable<Flow>): Flow[] {
  let rest = [flow];
  for (const other of others) {
    if (!overlaps(flow, other)) continue;
    rest = rest.flatMap((box) => withoutOne(box, other));
    if (rest.length === 0) return rest;
  }
  return rest;
}

/** Slices off, axis by axis, what lies outside of `other`; what remains in the end lies inside, and is dropped. */
function withoutOne(flow: Flow, other: Flow): Flow[] {
  if (!overlaps(flow, other)) return [flow];
  const slices: Flow[] = [];
  let inside = flow;
  for (const axis of AXES) {
    const span = inside[axis];
    const shared = commonSpan(span, other[axis]);
    if (span.first < shared.first)
      slices.push({ ...inside, [axis]: { first: span.first, end: shared.first } });
    if (shared.end < span.end) slices.push({ ...inside, [axis]: { first: shared.end, end: span.end } });
    inside = { ...inside, [axis]: shared };
  }
  return slices;
}

/** What two rules both let pass, as a rule with the words of the first; null when that is nothing. */
export function commonRule(one: Rule, other: Rule): Rule | null {
  const shared = common(flowOf(one), flowOf(other));
  if (shared === null) return null;
  const { first, end } = shared.ports;
  const protocol = one.protocol === "all" ? other.protocol : one.protocol;
  const whole = first === ALL_PORTS.first && end === ALL_PORTS.end;
  return {
    ...one,
    protocol,
    ports: whole ? null : { from: Number(first), to: Number(end) - 1 },
    // Of two networks that meet, one lies in the other.
    peer: contains({ ...flowOf(one), ...FREE }, { ...flowOf(other), ...FREE }) ? other.peer : one.peer,
  };
}
const FREE = { protocols: ALL_PROTOCOLS, ports: ALL_PORTS };
