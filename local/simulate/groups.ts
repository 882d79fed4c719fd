/** The groups of the simulated link, found in it. */
import { allowlistsOf } from "../../shared/allowlists/desired.ts";
import type { AwsGroup, AzureGroup } from "../../shared/allowlists/schema.ts";
import { InvariantError } from "../../shared/runtime/errors.ts";
import { link } from "./link.ts";

export const ALLOWLISTS = allowlistsOf(link);
export const RELAY: AwsGroup = found(ALLOWLISTS.groups.find((group) => group.cloud === "aws"));
export const NODES: AzureGroup = found(ALLOWLISTS.groups.find((group) => group.cloud === "azure"));

const SUBSCRIPTION = "/subscriptions/3c2b1a00-0000-4000-8000-000000000001";
export const NSG_ID = `${SUBSCRIPTION}/resourceGroups/network/providers/Microsoft.Network/networkSecurityGroups/nodes`;

function found<T>(group: T | undefined): T {
  if (group === undefined) throw new InvariantError("the simulated link lacks a group");
  return group;
}
