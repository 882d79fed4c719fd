/// <reference path="../.sst/platform/config.d.ts" />
/** The Function App's storage: its package, and what its host keeps. The app reaches it with its identity. */
import { assignRole, builtInRole } from "./azure-roles.ts";
import type { FunctionPackage } from "./function-package.ts";
import { uniqueSuffix } from "./names.ts";
import type { ResourceGroup } from "./resource-group.ts";

export interface FunctionStorage {
  id: $util.Output<string>;
  accountName: $util.Output<string>;
  /** Of its tables. */
  tablesUrl: $util.Output<string>;
  /** Where the app finds its package. Known once the package is there. */
  packageContainerUrl: $util.Output<string>;
}

/** The name under which a Flex Consumption app looks for its package in the container. */
const PACKAGE_BLOB = "released-package.zip";

export function createFunctionStorage(group: ResourceGroup, code: FunctionPackage): FunctionStorage {
  const account = createAccount(group);
  const container = new azurenative.storage.BlobContainer("Packages", {
    resourceGroupName: group.name,
    accountName: account.name,
    containerName: "packages",
    publicAccess: "None",
  });
  const upload = uploadPackage(group, account, container, code);
  const endpoint = account.primaryEndpoints.apply(({ blob }) => blob);
  return {
    id: account.id,
    accountName: account.name,
    tablesUrl: account.primaryEndpoints.apply(({ table }) => table),
    packageContainerUrl: $resolve([endpoint, container.name, upload.url]).apply(
      ([blob, name]) => `${blob}${name}`,
    ),
  };
}

function createAccount(group: ResourceGroup) {
  return new azurenative.storage.StorageAccount("FunctionStorage", {
    resourceGroupName: group.name,
    location: group.location,
    accountName: $interpolate`warrener${uniqueSuffix("storage")}`,
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
    // The provider uploads the package with the account's key (github.com/pulumi/pulumi-azure-native, #2015), so
    // keys cannot be switched off. Nothing that is deployed holds one, and whoever may read it may replace the
    // app's code as well.
    allowSharedKeyAccess: true,
    allowBlobPublicAccess: false,
    enableHttpsTrafficOnly: true,
    minimumTlsVersion: "TLS1_2",
  });
}

type Account = ReturnType<typeof createAccount>;

function uploadPackage(
  group: ResourceGroup,
  account: Account,
  container: { name: $util.Output<string> },
  code: FunctionPackage,
) {
  return new azurenative.storage.Blob(
    "Package",
    {
      resourceGroupName: group.name,
      accountName: account.name,
      containerName: container.name,
      blobName: PACKAGE_BLOB,
      source: code.archive,
    },
    // A new package takes the old one's name: creating first and deleting then would delete the new one.
    { deleteBeforeReplace: true },
  );
}

/** What the Functions host itself needs to read its package and to keep its locks. */
export function allowHostStorage(storage: FunctionStorage, principalId: $util.Output<string>): void {
  assignRole("HostStorage", {
    principalId,
    roleId: builtInRole("Storage Blob Data Owner"),
    scope: storage.id,
  });
}
