/**
 * What passes relay's group and that of bunny's nodes, found out by asking every rule about every packet of a small
 * world (shared/allowlists/test-packets.ts, test-nsg.ts), and so by nothing that the plans are made with.
 */
import type { Rule } from "../../shared/allowlists/schema.ts";
import type { ObservedRule } from "../../shared/allowlists/security-group.ts";
import { Model } from "../../shared/allowlists/test-nsg.ts";
import { passing } from "../../shared/allowlists/test-packets.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import type { ModelRule } from "../model/network-security-groups.ts";
import { NODES, RELAY } from "./groups.ts";
import { EXCEPTION } from "./groups-input.ts";

/** One flag for each packet of the group's world. */
export type Flags = readonly boolean[];

/** Around the turn of an exception both are right: clocks differ, and a write is under way. */
export const TURN_SECONDS = 60;

export interface Flows {
  readonly open: Flags;
  readonly mustBeOpen: Flags;
  readonly mayBeOpen: Flags;
}

const flagsOf = (rules: readonly Rule[]): Flags => Array.from(passing(rules), (flag) => flag === 1);
const LASTING = flagsOf(RELAY.rules);
const WITH_EXCEPTION = flagsOf([...RELAY.rules, ...RELAY.exceptions.map(({ rule }) => rule)]);

/** What a service tag holds: a network's own are those that the world has the most of. */
const world = new Model((name) => name.startsWith("virtualnetwork 10."));
const NODES_WANTED = world.wanted(NODES.rules);

export function relayFlows(rules: readonly ObservedRule[], now: Instant): Flows {
  const { from, until } = EXCEPTION;
  const isWithin = now >= from && now < until;
  const isTurning = [from, until].some((at) => Math.abs(now - at) <= TURN_SECONDS);
  return {
    open: once(rules, () => flagsOf(rules.map(({ rule }) => rule))),
    mustBeOpen: isWithin && !isTurning ? WITH_EXCEPTION : LASTING,
    mayBeOpen: isWithin || isTurning ? WITH_EXCEPTION : LASTING,
  };
}

export const nodesFlows = (rules: readonly ModelRule[]): Flows => ({
  open: once(rules, () => world.open(rules.map((rule) => ({ ...rule, etag: "" })))),
  mustBeOpen: NODES_WANTED,
  mayBeOpen: NODES_WANTED,
});

/** Closed though it must be open, or open though it may not be. */
export const isWrong = ({ open, mustBeOpen, mayBeOpen }: Flows, packet: number): boolean =>
  open[packet] === true ? mayBeOpen[packet] !== true : mustBeOpen[packet] === true;

export const hasWrong = (flows: Flows): boolean => flows.open.some((_, packet) => isWrong(flows, packet));

/** The rules of a group are never changed in place. */
const known = new WeakMap<object, Flags>();

function once(rules: object, find: () => Flags): Flags {
  const flags = known.get(rules) ?? find();
  known.set(rules, flags);
  return flags;
}
