/** What the local Resource Manager can do and every code that it can answer, with their texts. */
import { type OperationTable, Refusal } from "../../stand-in/operations.ts";
import { RULE_ERRORS, WRITE_ERRORS } from "./nsg/refusals.ts";

const COMMON = [
  "AuthenticationFailed",
  "ExpiredAuthenticationToken",
  "InvalidApiVersionParameter",
  "InvalidAuthenticationToken",
  "InvalidAuthenticationTokenAudience",
  "MissingApiVersionParameter",
  "InternalServerError",
  "TooManyRequests",
];
const ON_RESOURCE = [...COMMON, "AuthorizationFailed", "ResourceGroupNotFound", "ResourceNotFound"];

export const ARM_OPERATIONS = {
  "network:GetConnection": { mutates: false, errors: ON_RESOURCE },
  "network:GetLocalNetworkGateway": { mutates: false, errors: ON_RESOURCE },
  "network:ResetConnection": { mutates: true, errors: [...ON_RESOURCE, "AnotherOperationInProgress"] },
  "network:GetSharedKey": { mutates: false, errors: ON_RESOURCE },
  "network:SetSharedKey": {
    mutates: true,
    errors: [...ON_RESOURCE, "AnotherOperationInProgress", "InvalidRequestFormat"],
  },
  "network:GetNetworkSecurityGroup": { mutates: false, errors: ON_RESOURCE },
  "network:CreateOrUpdateNetworkSecurityGroup": {
    mutates: true,
    errors: [...COMMON, "AuthorizationFailed", "ResourceGroupNotFound", ...WRITE_ERRORS, ...RULE_ERRORS],
  },
  "network:DeleteNetworkSecurityGroup": {
    mutates: true,
    errors: [...COMMON, "AuthorizationFailed", "ResourceGroupNotFound", ...WRITE_ERRORS],
  },
  "network:GetSecurityRule": { mutates: false, errors: [...ON_RESOURCE, "NotFound"] },
  "network:ListSecurityRules": { mutates: false, errors: ON_RESOURCE },
  "network:CreateOrUpdateSecurityRule": {
    mutates: true,
    errors: [
      ...[...COMMON, "AuthorizationFailed", "ResourceGroupNotFound", "ParentResourceNotFound"],
      ...WRITE_ERRORS,
      ...RULE_ERRORS,
    ],
  },
  "network:DeleteSecurityRule": {
    mutates: true,
    errors: [...COMMON, "AuthorizationFailed", "ResourceGroupNotFound", ...WRITE_ERRORS],
  },
  "network:GetOperation": { mutates: false, errors: [...COMMON, "OperationNotFound"] },
  "network:GetOperationResult": { mutates: false, errors: [...COMMON, "OperationNotFound"] },
} as const satisfies OperationTable;

export type ArmOperation = keyof typeof ARM_OPERATIONS;

export function authorizationFailed(
  caller: { readonly principalId: string; readonly clientId: string },
  action: string,
  scope: string,
): Refusal {
  const message =
    `The client '${caller.clientId}' with object id '${caller.principalId}' does not have authorization to perform ` +
    `action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please ` +
    "refresh your credentials.";
  return new Refusal(403, "AuthorizationFailed", message);
}

export function resourceGroupNotFound(resourceGroup: string): Refusal {
  return new Refusal(404, "ResourceGroupNotFound", `Resource group '${resourceGroup}' could not be found.`);
}

export function resourceNotFound(type: string, name: string, resourceGroup: string): Refusal {
  const message =
    `The Resource '${type}/${name}' under resource group '${resourceGroup}' was not found. For more details please ` +
    "go to https://aka.ms/ARMResourceNotFoundFix";
  return new Refusal(404, "ResourceNotFound", message);
}

export function operationNotFound(id: string): Refusal {
  return new Refusal(404, "OperationNotFound", `Operation ${id} not found.`);
}

/** Both statuses are reported with this code. */
export function anotherOperation(status: 409 | 429, operationUrl: string): Refusal {
  const message =
    "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: " +
    `${operationUrl}.`;
  return new Refusal(status, "AnotherOperationInProgress", message);
}

export function tooManyRequests(): Refusal {
  const message = "Number of requests for the subscription exceeded the limit. Please try again later.";
  return new Refusal(429, "TooManyRequests", message, { "retry-after": "5" });
}

export function missingApiVersion(): Refusal {
  const message = "The api-version query parameter (?api-version=) is required for all requests.";
  return new Refusal(400, "MissingApiVersionParameter", message);
}

export function invalidApiVersion(version: string, supported: readonly string[]): Refusal {
  const message = `The api-version '${version}' is invalid. The supported versions are '${supported.join(",")}'.`;
  return new Refusal(400, "InvalidApiVersionParameter", message);
}
