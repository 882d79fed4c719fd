/**
 * A bunny of the local world: a pod whose certificate, API keys and trust bundle the Secrets Store CSI driver mounts
 * from its vault with its own identity, each in a mount of its own, because a mount is all or nothing.
 */
import path from "node:path";
import type { Link } from "../../shared/link/schema.ts";
import { TRUST_BUNDLE } from "../../shared/link/trust.ts";
import { Bunny } from "../bunny/bunny.ts";
import { CsiDriver } from "../bunny/csi-driver.ts";
import type { RelayAddress } from "../bunny/relay-client.ts";
import { throughAgent } from "../bunny/through-agent.ts";
import { workloadIdentity } from "../bunny/workload-identity.ts";
import type { Graph } from "../graph/schema.ts";
import type { LocalClient } from "../network/client.ts";
import type { LocalAzure } from "./azure.ts";

type LinkBunny = Link["bunnies"][number];

export interface RunningBunny {
  readonly name: string;
  readonly worker: Bunny;
  /** Mounts its certificate. */
  readonly driver: CsiDriver;
  /** Mounts what is there as soon as it is there, and polls with it. */
  start(): void;
  stop(): Promise<void>;
}

export interface BunnyParts {
  readonly graph: Graph;
  readonly link: Link;
  readonly azure: LocalAzure;
  readonly client: LocalClient;
  /** `--rotation-poll-interval` of the CSI driver; AKS sets 2 minutes. */
  readonly mountEveryMs: number;
  readonly pollEveryMs: number;
  readonly onLogLine: (source: string, line: string) => void;
}

/** The identity that the deployment lets this bunny's service account take on. */
export function bunnyIdentity(graph: Graph, { workload }: LinkBunny) {
  const wanted = `system:serviceaccount:${workload.namespace}:${workload.serviceAccount}`;
  return graph.federatedCredentials.find(
    ({ subject, issuer }) => issuer === workload.issuer && subject === wanted,
  );
}

export function createBunny(
  parts: BunnyParts,
  bunny: LinkBunny,
  relay: RelayAddress,
  directory: string,
): RunningBunny {
  const [certificate] = bunny.certificates;
  if (certificate === undefined) throw new Error(`the link has no certificate for ${bunny.name}`);
  const mount = mounter(parts, bunny, directory);
  const certificates = mount(certificate.name);
  const keys = bunny.apiKeys.map((key) => ({ key, mounted: mount(key.name) }));
  const bundle = parts.link.trust === undefined ? undefined : mount(TRUST_BUNDLE);
  const worker = new Bunny({
    relay,
    certificatePath: certificates.path,
    apiKeys: keys.map(({ key: { name, scopes }, mounted }) => ({ name, scopes, path: mounted.path })),
    ...(bundle === undefined ? {} : { trustBundle: { path: bundle.path, replica: `${bunny.name}-0` } }),
    work: (content) => ({ done: content }),
    output: (line) => parts.onLogLine(bunny.name, line),
    pollIntervalMs: parts.pollEveryMs,
  });
  const mounts = [
    certificates,
    ...keys.map(({ mounted }) => mounted),
    ...(bundle === undefined ? [] : [bundle]),
  ];
  return {
    name: bunny.name,
    worker,
    driver: certificates.driver,
    start() {
      for (const { driver } of mounts) driver.start();
      worker.start();
    },
    async stop() {
      await worker.stop();
      await Promise.all(mounts.map(({ driver }) => driver.stop()));
    },
  };
}

/** Makes a mount of one secret of bunny's vault. */
function mounter({ graph, azure, client, mountEveryMs }: BunnyParts, bunny: LinkBunny, directory: string) {
  const vault = graph.vaults.find((one) => one.bunny === bunny.name);
  const federated = bunnyIdentity(graph, bunny);
  const cluster = azure.clusters.get(bunny.workload.issuer);
  if (vault === undefined || federated === undefined || cluster === undefined) {
    throw new Error(`the deployment has no vault or no identity for ${bunny.name}`);
  }
  const { namespace, serviceAccount } = bunny.workload;
  const network = throughAgent(client.agent);
  const credential = workloadIdentity({
    tenantId: graph.tenantId,
    clientId: federated.clientId,
    serviceAccountToken: () => cluster.mint({ namespace, name: serviceAccount }),
    clientOptions: network,
  });
  return (objectName: string) => {
    const mountDirectory = path.join(directory, objectName);
    const driver = new CsiDriver({
      vaultUrl: vault.uri,
      credential,
      clientOptions: network,
      objects: [{ objectName }],
      mountDirectory,
      rotationPollIntervalMs: mountEveryMs,
    });
    return { driver, path: path.join(mountDirectory, objectName) };
  };
}
