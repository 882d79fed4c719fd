/** One invocation: a person's question or word, the short run of each minute, or a look at what an event names. */
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import { type Acceptor, type AcceptReport, acceptWish } from "./accept.ts";
import { hearCloudTrail } from "./cloud-trail.ts";
import { type HealReport, healAllowlists, isAws } from "./heal.ts";
import { type PlannedAllowlists, planAllowlists } from "./plan-run.ts";
import { parseAllowlistsRequest } from "./run-request.ts";
import type { AllowlistGroup } from "./schema.ts";
import type { SeenChange } from "./seen.ts";
import { tendAllowlists } from "./tend.ts";

export interface Invoked extends Acceptor {
  readonly link: Link;
  /** ARNs of the roles under which this deployment changes security groups. */
  readonly ownRoles: readonly string[];
}

interface OfLink {
  readonly link: string;
  readonly linkDigest: string;
}

export type InvocationReport =
  | HealReport
  | (PlannedAllowlists & OfLink)
  | (AcceptReport & OfLink & { readonly at: number })
  | { readonly passed: string; readonly trouble: readonly [] };

/** Throws `ContractError` for what is no event of ours, and `CloudError` when what stands could not be read. */
export async function runOnEvent(invoked: Invoked, event: unknown): Promise<InvocationReport> {
  const { link, clock } = invoked;
  const ofLink = { link: link.name, linkDigest: linkDigest(link) };
  const request = parseAllowlistsRequest(event);
  switch (request.run) {
    case "plan":
      return { ...ofLink, ...(await planAllowlists(invoked)) };
    case "accept":
      return { ...ofLink, at: clock(), ...(await acceptWish(invoked, request)) };
    case "tend":
      return await tendAllowlists(invoked);
    case "hear":
      return await lookOnEvent(invoked, event);
  }
}

async function lookOnEvent(invoked: Invoked, event: unknown): Promise<InvocationReport> {
  const { allowlists, ownRoles, log, store } = invoked;
  const ours = allowlists.groups.filter(isAws);
  const groups = ours.map((group) => ({
    name: group.name,
    id: group.group,
    prefixLists: prefixListsOf(group),
  }));
  const heard = hearCloudTrail({ groups, ownRoles }, event);
  if (!heard.look) {
    log.info("allowlists.heard", { look: false, reason: heard.reason });
    return { passed: heard.reason, trouble: [] };
  }
  const { reason, change } = heard;
  if (change === null) {
    const { report } = await healAllowlists(invoked, await store.read("all"), {
      groups: allowlists.groups,
      changes: [],
    });
    return report;
  }
  const { id, call, at } = change;
  log.info("allowlists.heard", { look: true, reason, change: id, call, at, groups: change.groups });
  const named = namedBy(change, ours);
  const standing = await store.read(named.map(({ name }) => name));
  const { report } = await healAllowlists(invoked, standing, { groups: named, changes: [change] });
  return report;
}

/**
 * An event that does not say its group (of a default VPC, by its name) may be repeated without end: no more groups are
 * looked at than a page of EC2's holds the rules of. The sweep looks at the others.
 */
const UNNAMED_MAX = 16;

const namedBy = ({ groups }: SeenChange, all: readonly AllowlistGroup[]): readonly AllowlistGroup[] =>
  groups === "all" ? all.slice(0, UNNAMED_MAX) : all.filter(({ name }) => groups.includes(name));

/** Exceptions too, whether or not it is their time. */
const prefixListsOf = ({ rules, exceptions }: AllowlistGroup): string[] =>
  [...rules, ...exceptions.map(({ rule }) => rule)].flatMap(({ peer }) =>
    peer.kind === "prefix-list" ? [peer.id] : [],
  );
