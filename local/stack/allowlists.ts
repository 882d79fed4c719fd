/**
 * The groups of rules that a stack runs with: those that the link names, as their owners have left them. A security
 * group has what the link wants of it, written by hand; a network security group is as new. Both are met for the first
 * time, like those of any link that is deployed.
 */
import * as z from "zod";
import { allowlistsOf } from "../../shared/allowlists/desired.ts";
import { toEc2Ports } from "../../shared/allowlists/protocol.ts";
import type { AwsGroup, Peer, Rule } from "../../shared/allowlists/schema.ts";
import type { Link } from "../../shared/link/schema.ts";
import type { NewGroup, NewRule, PrefixList } from "../aws/ec2/security-groups/nouns.ts";
import { SecurityGroupWorld } from "../aws/ec2/security-groups/world.ts";
import type { ServiceEvent } from "../aws/event-bridge/event.ts";
import { realTimers, shortenDelays } from "../aws/timers.ts";
import { managedIdentity } from "../azure/arm/nsg/caller.ts";
import { NsgWorld } from "../azure/arm/nsg/world.ts";
import { guid } from "../graph/identifiers.ts";
import type { Graph } from "../graph/schema.ts";
import type { Kernel } from "../stand-in/kernel.ts";

export interface SecurityGroupParts {
  readonly kernel: Pick<Kernel, "faults">;
  readonly graph: Pick<Graph, "region" | "accountId" | "trails">;
  readonly link: Link;
  readonly tell: (event: ServiceEvent) => void;
}

/** The quota of every account, unless it was raised. */
const RULES_MAX = 60;

/** Without a trail, created here or the account's own, AWS tells of no change. */
export function createSecurityGroups({ kernel, graph, link, tell }: SecurityGroupParts): SecurityGroupWorld {
  const groups = allowlistsOf(link).groups.filter((group) => group.cloud === "aws");
  const world = new SecurityGroupWorld({
    region: graph.region,
    accountId: graph.accountId,
    faults: kernel.faults,
    now: Date.now,
    tell,
    logging: link.allowlists?.trail === "adopt" || graph.trails.length > 0,
    rulesMax: Math.max(RULES_MAX, ...groups.map((group) => group.rulesMax)),
    prefixLists: prefixListsOf(groups),
  });
  for (const group of groups) world.create(newGroup(group));
  return world;
}

const ENTRIES_MAX = 10;

function prefixListsOf(groups: readonly AwsGroup[]): PrefixList[] {
  const rules = groups.flatMap(({ rules, exceptions }) => [...rules, ...exceptions.map(({ rule }) => rule)]);
  const ids = rules.flatMap(({ peer }) => (peer.kind === "prefix-list" ? [peer.id] : []));
  return [...new Set(ids)].map((id) => ({
    id,
    name: id,
    addressFamily: "IPv4",
    maxEntries: ENTRIES_MAX,
  }));
}

/** As its owner has left it: what is wanted of it, and no mark. */
export const newGroup = ({ group, name, rules, directions }: AwsGroup): NewGroup => ({
  id: group,
  name,
  attached: true,
  rules: rules.map(toNewRule),
  // Where nobody looks after what goes out, it goes out as of any new group.
  egress: directions.includes("out") ? "none" : "everything",
});

function toNewRule({ direction, protocol, ports, peer, description }: Rule): NewRule {
  const range = toEc2Ports(protocol, ports);
  return {
    direction,
    protocol: protocol === "all" ? "-1" : protocol,
    ...range,
    peer: toPeer(peer),
    ...(description === "" ? {} : { description }),
  };
}

function toPeer(peer: Peer): NewRule["peer"] {
  switch (peer.kind) {
    case "cidr":
      return { cidr: peer.cidr };
    case "prefix-list":
      return { prefixListId: peer.id };
    case "security-group":
      return { groupId: peer.id };
    case "service-tag":
      throw new Error(`EC2 knows no service tag ${peer.tag}`);
  }
}

export interface NsgParts {
  readonly kernel: Pick<Kernel, "faults">;
  readonly graph: Pick<Graph, "tenantId" | "functionApp">;
  readonly link: Link;
  /** How many times as fast as in reality writes come to their end. */
  readonly speed: number;
}

/** A group's name in the link -> its resource id, as infra/deployment.ts tells the hand. */
const Nsgs = z.record(z.string(), z.string());

export function createNsgs({ kernel, graph, link, speed }: NsgParts): NsgWorld {
  const { settings, principalId, resourceId } = graph.functionApp;
  const told = settings["NSGS"];
  const ids = told === undefined ? {} : Nsgs.parse(JSON.parse(told));
  return new NsgWorld({
    timers: shortenDelays(realTimers, speed),
    faults: kernel.faults,
    tenantId: graph.tenantId,
    groups: Object.values(ids).map((id) => ({ id, location: link.azure.location })),
    callers: [managedIdentity({ objectId: principalId, clientId: clientOf(principalId), resourceId })],
  });
}

/** The client id of the Function App's identity. */
export const clientOf = (principalId: string): string => guid(`client of ${principalId}`);
