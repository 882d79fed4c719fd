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

export const bunnyRules = ({ aws, azure, relay }: LinkTraffic): Rule[] => [
  ...aws.vpc.privateSubnets.map((subnet) => tcp("out", relay.port, cidr(subnet), "bunny to relay")),
  ...aksRules(azure.location, azure.vnet.subnets),
];

const HTTPS = 443;
/**
 * What the nodes of a cluster cannot do without, by the tags of what has no fixed addresses:
 * https://learn.microsoft.com/azure/aks/outbound-rules-control-egress
 */
function aksRules(location: string, subnets: readonly string[]): Rule[] {
  const cloud = tag(`AzureCloud.${location}`);
  return [
    ...subnets.map((subnet) => ({
      ...{ direction: "out" as const, protocol: "all", ports: null },
      ...{ peer: cidr(subnet), description: "AKS: between nodes and pods" },
    })),
    tcp("out", HTTPS, cloud, "AKS: API server"),
    tcp("out", 9_000, cloud, "AKS: tunnel to the API server"),
    { ...tcp("out", 1_194, cloud, "AKS: tunnel to the API server"), protocol: "udp" },
    tcp("out", HTTPS, tag("MicrosoftContainerRegistry"), "AKS: images"),
    tcp("out", HTTPS, tag("AzureFrontDoor.FirstParty"), "AKS: layers of images, packages"),
    tcp("out", HTTPS, tag("AzureResourceManager"), "AKS: Azure's API"),
    tcp("out", HTTPS, tag("AzureActiveDirectory"), "AKS: sign-in of nodes and workloads"),
    tcp("out", HTTPS, tag("AzureKeyVault"), "bunny's certificates, by the CSI driver"),
    { ...tcp("out", 123, tag("Internet"), "AKS: time of the nodes"), protocol: "udp" },
  ];
}
