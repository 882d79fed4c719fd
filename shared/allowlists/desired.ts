/** What a link wants of its groups, with everything filled in that it leaves to the defaults. */
import type { DeclaredGroup, LinkAllowlists } from "./declared.ts";
import { bunnyRules, type LinkTraffic, relayRules } from "./default-rules.ts";
import { distinctRules } from "./rule-key.ts";
import { type AllowlistGroup, type Allowlists, DIRECTIONS } from "./schema.ts";

/** What is needed of a parsed link. */
export type AllowlistLink = LinkTraffic & {
  readonly name: string;
  readonly allowlists?: LinkAllowlists | undefined;
};

/** A link without allowlists wants none: its groups are nobody's business here. */
export const allowlistsOf = (link: AllowlistLink): Allowlists => ({
  link: link.name,
  shrinkMax: link.allowlists?.shrinkMax ?? 0,
  groups: (link.allowlists?.groups ?? []).map((group) => groupOf(group, link)),
});

export function groupOf(declared: DeclaredGroup, link: LinkTraffic): AllowlistGroup {
  const { rules, directions, exceptions, ...rest } = declared;
  const common = {
    directions: directions ?? defaultDirections(declared),
    rules: distinctRules(rules ?? defaultRules(declared, link)),
    exceptions: exceptions.map(({ from, ...exception }) =>
      from === undefined ? exception : { ...exception, from },
    ),
  };
  if (rest.cloud === "aws") return { ...rest, ...common };
  const { pods: _, group, ...azure } = rest;
  const { subscription, ...named } = group;
  return { ...azure, ...common, group: subscription === undefined ? named : { ...named, subscription } };
}

const defaultRules = (group: DeclaredGroup, link: LinkTraffic) =>
  group.cloud === "aws" ? relayRules(link) : bunnyRules(link, group.pods);

/** The default rules of an NSG say nothing of what comes in: probes, and other nodes, are left to Azure's own rules. */
const defaultDirections = ({ cloud, rules }: DeclaredGroup) =>
  cloud === "azure" && rules === undefined ? (["out"] as const) : DIRECTIONS;
