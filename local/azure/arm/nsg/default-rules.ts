/** The rules that every NSG has below those of its owner, as recorded answers show them. */
import type { NamedRule } from "./rule-body.ts";

const rule = (
  name: string,
  description: string,
  way: { readonly direction: string; readonly access: string; readonly priority: number },
  ends: { readonly source: string; readonly destination: string },
): NamedRule => ({
  name,
  properties: {
    description,
    protocol: "*",
    sourcePortRange: "*",
    destinationPortRange: "*",
    sourceAddressPrefix: ends.source,
    destinationAddressPrefix: ends.destination,
    ...way,
    sourcePortRanges: [],
    destinationPortRanges: [],
    sourceAddressPrefixes: [],
    destinationAddressPrefixes: [],
  },
});

const inbound = (access: string, priority: number) => ({ direction: "Inbound", access, priority });
const outbound = (access: string, priority: number) => ({ direction: "Outbound", access, priority });
const VNET = { source: "VirtualNetwork", destination: "VirtualNetwork" };
const ALL = { source: "*", destination: "*" };

export const DEFAULT_RULES: readonly NamedRule[] = [
  rule("AllowVnetInBound", "Allow inbound traffic from all VMs in VNET", inbound("Allow", 65_000), VNET),
  rule(
    "AllowAzureLoadBalancerInBound",
    "Allow inbound traffic from azure load balancer",
    inbound("Allow", 65_001),
    { source: "AzureLoadBalancer", destination: "*" },
  ),
  rule("DenyAllInBound", "Deny all inbound traffic", inbound("Deny", 65_500), ALL),
  rule(
    "AllowVnetOutBound",
    "Allow outbound traffic from all VMs to all VMs in VNET",
    outbound("Allow", 65_000),
    VNET,
  ),
  rule(
    "AllowInternetOutBound",
    "Allow outbound traffic from all VMs to Internet",
    outbound("Allow", 65_001),
    {
      source: "*",
      destination: "Internet",
    },
  ),
  rule("DenyAllOutBound", "Deny all outbound traffic", outbound("Deny", 65_500), ALL),
];
