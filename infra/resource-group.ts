/// <reference path="../.sst/platform/config.d.ts" />
/** The one resource group that holds everything in Azure. */
import { stageName } from "./names.ts";

export interface ResourceGroup {
  id: $util.Output<string>;
  name: $util.Output<string>;
  location: string;
}

export function createResourceGroup(location: string): ResourceGroup {
  const group = new azurenative.resources.ResourceGroup("ResourceGroup", {
    resourceGroupName: stageName(),
    location,
  });
  return { id: group.id, name: group.name, location };
}
