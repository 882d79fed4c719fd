/** What the local Table Storage can do and every code that it can answer. */
import { type OperationTable, Refusal } from "../../stand-in/operations.ts";

const COMMON = [
  "AuthorizationPermissionMismatch",
  "InternalError",
  "InvalidAuthenticationInfo",
  "InvalidHeaderValue",
  "InvalidInput",
  "NoAuthenticationInformation",
  "OperationTimedOut",
  "ServerBusy",
  "TableNotFound",
];
const WRITE = [...COMMON, "EntityTooLarge", "PropertiesNeedValue", "PropertyValueTooLarge"];

export const TABLES_OPERATIONS = {
  "tables:GetEntity": { mutates: false, errors: [...COMMON, "ResourceNotFound"] },
  "tables:QueryEntities": { mutates: false, errors: COMMON },
  "tables:InsertEntity": { mutates: true, errors: [...WRITE, "EntityAlreadyExists"] },
  "tables:UpdateEntity": {
    mutates: true,
    errors: [...WRITE, "ResourceNotFound", "UpdateConditionNotSatisfied"],
  },
  "tables:DeleteEntity": {
    mutates: true,
    errors: [...COMMON, "ResourceNotFound", "UpdateConditionNotSatisfied"],
  },
} as const satisfies OperationTable;

export type TablesOperation = keyof typeof TABLES_OPERATIONS;

export function permissionMismatch(): Refusal {
  const message = "This request is not authorized to perform this operation using this permission.";
  return new Refusal(403, "AuthorizationPermissionMismatch", message);
}

/** 503 for an account that is asked too much; clients pause and come again. */
export function serverBusy(): Refusal {
  return new Refusal(503, "ServerBusy", "The server is busy.");
}

export function noAuthentication(challenge: Record<string, string>): Refusal {
  const message =
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
  return new Refusal(401, "NoAuthenticationInformation", message, challenge);
}

export function invalidAuthentication(challenge: Record<string, string>): Refusal {
  const message =
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";
  return new Refusal(401, "InvalidAuthenticationInfo", message, challenge);
}
