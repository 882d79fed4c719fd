/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The network security groups that the link names. They are somebody else's, and so are the rules in them as far as
 * this deployment goes: it only says where they are, and what the Function App may do to them.
 */
import type { LinkAllowlists } from "../shared/allowlists/declared.ts";
import { assignRole, defineRole } from "./azure-roles.ts";
import { azureAccount } from "./names.ts";

export interface NetworkSecurityGroup {
  /** The link's name of it. */
  name: string;
  id: $util.Output<string>;
  /** The resource group that it is in. */
  within: Within;
}

export interface Within {
  /** Short, and another for each resource group of the link: names of what is created for it end in it. */
  key: string;
  id: $util.Output<string>;
}

export function networkSecurityGroups({ groups }: LinkAllowlists): NetworkSecurityGroup[] {
  return groups.flatMap((declared) => {
    if (declared.cloud !== "azure") return [];
    const { subscription, resourceGroup, nsg } = declared.group;
    const id = $interpolate`/subscriptions/${subscription ?? azureAccount().subscriptionId}/resourceGroups/${resourceGroup}`;
    // Azure's names ignore case.
    const key = [subscription, resourceGroup]
      .filter((part) => part !== undefined)
      .join("-")
      .toLowerCase();
    return [
      {
        name: declared.name,
        id: $interpolate`${id}/providers/Microsoft.Network/networkSecurityGroups/${nsg}`,
        within: { key, id },
      },
    ];
  });
}

/** Each resource group once, with those of its NSGs that the link names. */
export function byResourceGroup(
  nsgs: readonly NetworkSecurityGroup[],
): { within: Within; nsgs: readonly NetworkSecurityGroup[] }[] {
  return [...Map.groupBy(nsgs, ({ within }) => within.key).values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ within: first.within, nsgs: members }];
  });
}

/**
 * A group is read with all of its rules (https://learn.microsoft.com/rest/api/virtualnetwork/network-security-groups/get),
 * and no rule by itself (https://learn.microsoft.com/azure/role-based-access-control/permissions/networking).
 */
const ACTIONS = [
  "Microsoft.Network/networkSecurityGroups/read",
  "Microsoft.Network/networkSecurityGroups/securityRules/write",
  "Microsoft.Network/networkSecurityGroups/securityRules/delete",
];

/**
 * One rule at a time: never the group as a whole, whose write replaces every rule that it does not name. A custom
 * role can be given in the resource groups that it names alone, so there is one for each.
 */
export function allowAllowlistWork(
  nsgs: readonly NetworkSecurityGroup[],
  principalId: $util.Output<string>,
): void {
  for (const { within, nsgs: members } of byResourceGroup(nsgs)) {
    const roleId = defineRole({
      logicalName: `AllowlistHealer-${within.key}`,
      thing: "allowlist-healer",
      key: within.key,
      description: "Looks at network security groups, and writes and deletes single rules of them.",
      scope: within.id,
      actions: ACTIONS,
    });
    for (const { name, id } of members) {
      assignRole(`AllowlistHealer-${name}`, { principalId, roleId, scope: id });
    }
  }
}
