/** Which request is which operation on which table, and what the caller must be allowed for it: any one will do. */
import type { TablesOperation } from "./operations.ts";

export interface Route {
  readonly operation: TablesOperation;
  readonly table: string;
  /** https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory */
  readonly dataActions: readonly string[];
}

const ENTITIES = "Microsoft.Storage/storageAccounts/tableServices/tables/entities";
const ENTITY = /^\/(?<table>[A-Za-z][A-Za-z0-9]{2,62})\(PartitionKey='(?:[^']|'')*',RowKey='(?:[^']|'')*'\)$/;
const ENTITY_SET = /^\/(?<table>[A-Za-z][A-Za-z0-9]{2,62})(?<parentheses>\(\))?$/;

/** Undefined for what the stand-in does not know: tables themselves, batches, access policies. */
export function matchRoute(method: string, path: string): Route | undefined {
  const decoded = decodeURIComponent(path);
  const one = ENTITY.exec(decoded)?.groups?.["table"];
  if (one !== undefined) return ofEntity(method, one);
  const { table, parentheses } = ENTITY_SET.exec(decoded)?.groups ?? {};
  if (table === undefined || table.toLowerCase() === "tables") return undefined;
  if (method === "GET")
    return { operation: "tables:QueryEntities", table, dataActions: [`${ENTITIES}/read`] };
  if (method !== "POST" || parentheses !== undefined) return undefined;
  const dataActions = [`${ENTITIES}/write`, `${ENTITIES}/add/action`];
  return { operation: "tables:InsertEntity", table, dataActions };
}

function ofEntity(method: string, table: string): Route | undefined {
  switch (method) {
    case "GET":
      return { operation: "tables:GetEntity", table, dataActions: [`${ENTITIES}/read`] };
    case "PUT": {
      const dataActions = [`${ENTITIES}/write`, `${ENTITIES}/update/action`];
      return { operation: "tables:UpdateEntity", table, dataActions };
    }
    case "DELETE":
      return { operation: "tables:DeleteEntity", table, dataActions: [`${ENTITIES}/delete`] };
  }
  return undefined;
}
