/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The one resource group that holds everything in Azure. It is kept like the vaults in it: Azure deletes a group
 * with all that it holds, whatever the deployment wants to keep of that.
 */
import { stageName } from "./names.ts";
import { retained } from "./retention.ts";

export interface ResourceGroup {
  id: $util.Output<string>;
  name: $util.Output<string>;
  location: string;
}

export function createResourceGroup(location: string): ResourceGroup {
  const group = new azurenative.resources.ResourceGroup(
    "ResourceGroup",
    { resourceGroupName: stageName(), location },
    retained,
  );
  return { id: group.id, name: group.name, location };
}
