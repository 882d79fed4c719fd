/** The rules of the nodes' NSG as a life begins: as people have written them, and as the link wants them. */
import type { ModelRule } from "../../model/network-security-groups.ts";

type Direction = "Inbound" | "Outbound";

/** `far`: the end that is not the nodes'. */
export function nsgRule(
  name: string,
  priority: number,
  direction: Direction,
  access: "Allow" | "Deny",
  [protocol, far, port]: readonly [protocol: string, far: string, port: string],
): ModelRule {
  const [source, destination] = direction === "Inbound" ? [far, "*"] : ["*", far];
  return {
    name,
    properties: {
      direction,
      access,
      priority,
      protocol,
      sourceAddressPrefix: source,
      sourcePortRange: "*",
      destinationAddressPrefix: destination,
      destinationPortRange: port,
    },
  };
}

const ALL = ["*", "*", "*"] as const;

export const NODES_RULES: readonly ModelRule[] = [
  nsgRule("probes", 200, "Inbound", "Allow", ["Tcp", "10.0.0.0/30", "443"]),
  nsgRule("time", 210, "Inbound", "Allow", ["Udp", "10.0.0.6/32", "9000"]),
  nsgRule("end-in", 4_000, "Inbound", "Deny", ALL),
  nsgRule("relay", 200, "Outbound", "Allow", ["Tcp", "10.0.0.0/29", "443"]),
  nsgRule("end-out", 4_000, "Outbound", "Deny", ALL),
];
