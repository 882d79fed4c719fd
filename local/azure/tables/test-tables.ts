/** Table Storage for tests: one account with one table, as any principal, through Microsoft's own client. */
import { TableClient, type TableServiceClientOptions } from "@azure/data-tables";
import { createRbac } from "../rbac.ts";
import type { Principal } from "../tokens.ts";
import { createWorld, HAND } from "../world-for-tests.ts";
import { startTables } from "./tables.ts";

export const tablesUrl = "https://warrenertest.table.core.windows.net";
export const table = "hand";
const ACCOUNT_ID =
  "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/rg-test/providers/Microsoft.Storage/storageAccounts/warrenertest";
const TABLE_ID = `${ACCOUNT_ID}/tableServices/default/tables/${table}`;
const CONTRIBUTOR = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3";
/** May read what is kept, and nothing more. */
export const reader: Principal = { principalId: "reader-object-id", clientId: "reader-client-id" };

/** The hand may do everything in its table. */
export async function openTables(options: { readonly seed?: number; readonly calm?: boolean } = {}) {
  const world = await createWorld(options);
  const rbac = createRbac({
    roleDefinitions: [
      {
        id: "reader",
        roleName: "reader",
        dataActions: ["Microsoft.Storage/storageAccounts/tableServices/tables/entities/read"],
      },
    ],
    assignments: [
      { principalId: HAND.principalId, roleDefinitionId: CONTRIBUTOR, scope: TABLE_ID },
      { principalId: reader.principalId, roleDefinitionId: "reader", scope: ACCOUNT_ID },
    ],
  });
  const tables = startTables({
    kernel: world.kernel,
    entra: world.entra,
    rbac,
    tables: [{ account: "warrenertest", name: table, resourceId: TABLE_ID }],
  });
  for (const [host, listener] of tables.listeners) world.proxy.serve(host, listener);
  const network: TableServiceClientOptions = world.network;
  return {
    world,
    clientOf: (principal: Principal, name: string = table) =>
      new TableClient(tablesUrl, name, world.credential(principal), network),
    network,
    tableId: TABLE_ID,
    /** Everything in another scope; the answer takes that away again. */
    allow: (principal: Principal, scope: string) =>
      rbac.assign({ principalId: principal.principalId, roleDefinitionId: CONTRIBUTOR, scope }),
    async close() {
      await tables.close();
      await world.close();
    },
  };
}
