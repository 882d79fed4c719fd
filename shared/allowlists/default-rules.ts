/**
 * The rules of a group that declares none: the link's own traffic and nothing else. relay's side lets bunny's subnets
 * in, to relay's port; bunny's side goes out to relay's subnets, to the same port, and to what AKS needs.
 */
import type { Direction, Peer, Rule } from "./schema.ts";

/** What of a link its own traffic follows from. */
export interface LinkTraffic {
  readonly aws: { readonly vpc: { readonly privateSubnets: readonly string[] } };
  readonly azure: { readonly location: string; readonly vnet: { readonly subnets: readonly string[] } };
  readonly relay: { readonly port: number };
}

const tcp = (direction: Direction, port: number, peer: Peer, description: string): Rule => ({
  direction,
  protocol: "tcp",
  ports: { from: port, to: port },
  peer,
  description,
});
const cidr = (text: string): Peer => ({ kind: "cidr", cidr: text });
const tag = (text: string): Peer => ({ kind: "service-tag", tag: text });

/** Security groups remember what they let in: answers need no rule. */
export const relayRules = ({ azure, relay }: LinkTraffic): Rule[] =>
  azure.vnet.subnets.map((subnet) => tcp("in", relay.port, cidr(subnet), "bunny to relay"));

/** `pods`: the networks of the pods, where they are not those of the nodes. */
export const bunnyRules = ({ aws, azure, relay }: LinkTraffic, pods: readonly string[] = []): Rule[] => [
  ...aws.vpc.privateSubnets.map((subnet) => tcp("out", relay.port, cidr(subnet), "bunny to relay")),
  ...aksRules(azure.location, [...azure.vnet.subnets, ...pods]),
];

const HTTPS = 443;
/**
 * What the nodes of a cluster cannot do without, by the tags of what has no fixed addresses:
 * https://learn.microsoft.com/azure/aks/outbound-rules-control-egress. It tells names of hosts, and a name may move to
 * another tag. Of its ports 1194 and 9000 no cluster with konnectivity needs any, and 123 no node since March 2021;
 * Azure's own DNS and metadata are not subject to an NSG. What joins nodes and pods:
 * https://learn.microsoft.com/azure/aks/azure-cni-overlay#network-security-groups
 */
function aksRules(location: string, networks: readonly string[]): Rule[] {
  return [
    ...networks.map((network) => ({
      ...{ direction: "out" as const, protocol: "all", ports: null },
      ...{ peer: cidr(network), description: "AKS: between nodes and pods" },
    })),
    tcp("out", HTTPS, tag(`AzureCloud.${location}`), "AKS: API server"),
    tcp("out", HTTPS, tag("MicrosoftContainerRegistry"), "AKS: images"),
    // The registry's tag depends on it: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
    tcp("out", HTTPS, tag("AzureFrontDoor.FirstParty"), "AKS: layers of images"),
    // packages.microsoft.com, and packages.aks.azure.com since 2025: https://github.com/Azure/AKS/issues/4792
    tcp("out", HTTPS, tag("AzureFrontDoor.Frontend"), "AKS: packages of the nodes"),
    tcp("out", HTTPS, tag("AzureResourceManager"), "AKS: Azure's API"),
    tcp("out", HTTPS, tag("AzureActiveDirectory"), "AKS: sign-in of nodes and workloads"),
    tcp("out", HTTPS, tag("AzureKeyVault"), "bunny's certificates, by the CSI driver"),
  ];
}
