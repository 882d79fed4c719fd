/** Which request about network security groups is which operation, and which action it needs on what. */
export const NSG_OPERATIONS = {
  get: "network:GetNetworkSecurityGroup",
  put: "network:CreateOrUpdateNetworkSecurityGroup",
  delete: "network:DeleteNetworkSecurityGroup",
  getRule: "network:GetSecurityRule",
  listRules: "network:ListSecurityRules",
  putRule: "network:CreateOrUpdateSecurityRule",
  deleteRule: "network:DeleteSecurityRule",
} as const;

export interface NsgRoute {
  readonly kind: "nsg";
  readonly operation: (typeof NSG_OPERATIONS)[keyof typeof NSG_OPERATIONS];
  readonly action: string;
  /** Of what the action is on: the group, or one of its rules. */
  readonly resourceId: string;
  readonly resourceGroup: string;
  readonly nsgId: string;
  readonly nsg: string;
  /** Empty where the request is about no single rule. */
  readonly rule: string;
}

const NSG =
  /^(?<nsgId>\/subscriptions\/[^/]+\/resourceGroups\/(?<resourceGroup>[^/]+)\/providers\/Microsoft\.Network\/networkSecurityGroups\/(?<nsg>[^/]+))(?<rules>\/securityRules(?:\/(?<rule>[^/]+))?)?$/i;

const TYPE = "Microsoft.Network/networkSecurityGroups";

/** By method, and what of the group it is about. */
const PATTERNS: Readonly<Record<string, Pick<NsgRoute, "operation" | "action">>> = {
  "GET group": { operation: NSG_OPERATIONS.get, action: `${TYPE}/read` },
  "PUT group": { operation: NSG_OPERATIONS.put, action: `${TYPE}/write` },
  "DELETE group": { operation: NSG_OPERATIONS.delete, action: `${TYPE}/delete` },
  "GET rules": { operation: NSG_OPERATIONS.listRules, action: `${TYPE}/securityRules/read` },
  "GET rule": { operation: NSG_OPERATIONS.getRule, action: `${TYPE}/securityRules/read` },
  "PUT rule": { operation: NSG_OPERATIONS.putRule, action: `${TYPE}/securityRules/write` },
  "DELETE rule": { operation: NSG_OPERATIONS.deleteRule, action: `${TYPE}/securityRules/delete` },
};

/** Undefined for what is about no group, and for what the stand-in does not know. */
export function matchNsgRoute(method: string, path: string): NsgRoute | undefined {
  const { nsgId, resourceGroup, nsg, rules, rule } = NSG.exec(path)?.groups ?? {};
  if (nsgId === undefined || resourceGroup === undefined || nsg === undefined) return undefined;
  const about = rule !== undefined ? "rule" : rules !== undefined ? "rules" : "group";
  const pattern = PATTERNS[`${method} ${about}`];
  if (pattern === undefined) return undefined;
  const name = decodeURIComponent(rule ?? "");
  const resourceId = rule === undefined ? nsgId : path;
  return {
    kind: "nsg",
    ...pattern,
    resourceId,
    resourceGroup,
    nsgId,
    nsg: decodeURIComponent(nsg),
    rule: name,
  };
}
