/// <reference path="../.sst/platform/config.d.ts" />
/**
 * The hand's own table, in the storage that its app has anyway: whether the link is frozen, and what it has done. It
 * reaches that table alone, with its identity.
 */
import { assignRole, builtInRole } from "./azure-roles.ts";
import type { FunctionStorage } from "./function-storage.ts";
import type { ResourceGroup } from "./resource-group.ts";

export interface HandTable {
  id: $util.Output<string>;
  name: $util.Output<string>;
}

export function createHandTable(group: ResourceGroup, { accountName }: FunctionStorage): HandTable {
  const table = new azurenative.storage.Table("HandTable", {
    resourceGroupName: group.name,
    accountName,
    tableName: "hand",
  });
  return { id: table.id, name: table.name };
}

export function allowHandTable({ id }: HandTable, principalId: $util.Output<string>): void {
  assignRole("HandTable", { principalId, roleId: builtInRole("Storage Table Data Contributor"), scope: id });
}
