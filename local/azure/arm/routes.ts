/** Which request is which operation, and which action it needs on what. Ids are compared without regard to case. */
import { matchNsgRoute, type NsgRoute } from "./nsg/routes.ts";
import type { ArmOperation } from "./operations.ts";

export type Route =
  | {
      readonly kind: "resource";
      readonly operation: Pattern["operation"];
      /** All of them are needed. */
      readonly actions: readonly string[];
      readonly resourceGroup: string;
      readonly type: string;
      readonly name: string;
      /** The resource's own id, without what is done to it. */
      readonly resourceId: string;
    }
  | NsgRoute
  | {
      readonly kind: "operation";
      readonly operation: Extract<ArmOperation, "network:GetOperation" | "network:GetOperationResult">;
      readonly id: string;
    };

const NETWORK = "Microsoft.Network";
const RESOURCE =
  /^(?<resourceId>\/subscriptions\/[^/]+\/resourceGroups\/(?<resourceGroup>[^/]+)\/providers\/Microsoft\.Network\/(?<type>[^/]+)\/(?<name>[^/]+))(?:\/(?<rest>.+))?$/i;
const OPERATION =
  /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Network\/locations\/[^/]+\/(?<kind>operations|operationResults)\/(?<id>[^/]+)$/i;

interface Pattern {
  readonly operation: Extract<
    ArmOperation,
    | "network:GetConnection"
    | "network:GetLocalNetworkGateway"
    | "network:ResetConnection"
    | "network:GetSharedKey"
    | "network:SetSharedKey"
  >;
  readonly actions: readonly string[];
}

/** By method, type and what is done to it, in lower case. */
const PATTERNS: Readonly<Record<string, Pattern>> = {
  "get connections": { operation: "network:GetConnection", actions: ["connections/read"] },
  "get localnetworkgateways": {
    operation: "network:GetLocalNetworkGateway",
    actions: ["localNetworkGateways/read"],
  },
  "post connections resetconnection": {
    operation: "network:ResetConnection",
    actions: ["connections/resetconnection/action"],
  },
  // Nobody documents which of the two reading takes: here it takes both.
  "get connections sharedkey": {
    operation: "network:GetSharedKey",
    actions: ["connections/sharedKey/action", "connections/sharedKey/read"],
  },
  "put connections sharedkey": {
    operation: "network:SetSharedKey",
    actions: ["connections/sharedKey/write"],
  },
};

/** What the real service can do to a connection besides, so that a 501 names it. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  "post connections sharedkey/reset": "network:ResetSharedKey",
  "post connections getikesas": "network:GetIkeSas",
  "put connections": "network:CreateOrUpdateConnection",
  "delete connections": "network:DeleteConnection",
  "patch networksecuritygroups": "network:UpdateNetworkSecurityGroupTags",
};

/** Undefined for what the stand-in does not know. */
export function matchRoute(method: string, path: string): Route | undefined {
  const ofOperation = OPERATION.exec(path)?.groups;
  if (ofOperation !== undefined) {
    if (method !== "GET") return undefined;
    const { kind = "", id = "" } = ofOperation;
    const results = kind.toLowerCase() === "operationresults";
    const operation = results ? "network:GetOperationResult" : "network:GetOperation";
    return { kind: "operation", operation, id };
  }
  const ofNsg = matchNsgRoute(method, path);
  if (ofNsg !== undefined) return ofNsg;
  const { resourceId, resourceGroup, type, name } = RESOURCE.exec(path)?.groups ?? {};
  const pattern = PATTERNS[keyOf(method, path)];
  if (pattern === undefined || resourceId === undefined || resourceGroup === undefined) return undefined;
  const { operation } = pattern;
  const actions = pattern.actions.map((action) => `${NETWORK}/${action}`);
  const resource = { resourceId, resourceGroup, type: `${NETWORK}/${type}`, name: name ?? "" };
  return { kind: "resource", operation, actions, ...resource };
}

/** For a 501: the operation's name where it has one. */
export function nameOf(method: string, path: string): string {
  return `${UNSUPPORTED[keyOf(method, path)] ?? ""} ${method} ${path}`.trim();
}

function keyOf(method: string, path: string): string {
  const { type = "", rest } = RESOURCE.exec(path)?.groups ?? {};
  return [method, type, ...(rest === undefined ? [] : [rest])].join(" ").toLowerCase();
}
