/** A link with groups of every kind, for the promises of the deployment: of two accounts' worth, in both clouds. */
import tunnels from "./tunnels-link.ts";

const { vpn: _, name: __, ...link } = tunnels;

const exception = {
  rule: { direction: "in", protocol: "tcp", ports: 8_443, peer: { prefixList: "pl-0a1b2c3d4e5f60718" } },
  author: "alice",
  reason: "the office, while relay is moved",
  until: "2999-01-31T18:00Z",
} as const;

export default {
  ...link,
  name: "allowlists-link",
  allowlists: {
    groups: [
      {
        name: "relay",
        cloud: "aws",
        group: "sg-0a1b2c3d4e5f60718",
        own: "all",
        exceptions: [exception],
      },
      { name: "balancer", cloud: "aws", group: "sg-0a1b2c3d4e5f60719", own: "marked" },
      azure("bunny", { resourceGroup: "network", nsg: "aks-subnet" }),
      azure("spare", { resourceGroup: "Network", nsg: "spare" }),
      // The one that AKS makes, in the resource group that AKS makes, in somebody else's subscription.
      azure("nodes", {
        resourceGroup: "MC_network_bunny_uksouth",
        nsg: "aks-agentpool-12345678-nsg",
        subscription: "11111111-2222-4333-8444-555555555555",
      }),
    ],
  },
};

function azure(name: string, group: { resourceGroup: string; nsg: string; subscription?: string }) {
  return { name, cloud: "azure", group, own: "marked" } as const;
}
