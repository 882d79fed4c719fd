/**
 * The two workloads of the local world, with real TLS between them: relay (relay.ts), and each bunny, whose
 * certificate the Secrets Store CSI driver mounts from its vault.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Link } from "../../shared/link/schema.ts";
import { Bunny } from "../bunny/bunny.ts";
import { CsiDriver } from "../bunny/csi-driver.ts";
import type { RelayAddress } from "../bunny/relay-client.ts";
import { throughAgent } from "../bunny/through-agent.ts";
import { workloadIdentity } from "../bunny/workload-identity.ts";
import type { Graph } from "../graph/schema.ts";
import type { LocalClient } from "../network/client.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { LocalAws } from "./aws.ts";
import type { LocalAzure } from "./azure.ts";
import { type CertificateSource, type LocalRelay, startRelay } from "./relay.ts";
import { type RelayCredentials, relayCredentials } from "./relay-credentials.ts";
import { relaySecret } from "./relay-secret.ts";

export interface RunningBunny {
  readonly name: string;
  readonly worker: Bunny;
  readonly driver: CsiDriver;
  stop(): Promise<void>;
}

export interface LocalWorkloads {
  readonly relay: LocalRelay;
  readonly address: RelayAddress;
  /** DNS name that may bring jobs, besides the bunnies. */
  readonly producerName: string;
  readonly bunnies: readonly RunningBunny[];
  readonly credentials: RelayCredentials;
  /** Mounts each bunny's certificate as soon as there is one, and lets it poll. */
  startBunnies(): void;
  close(): Promise<void>;
}

export interface WorkloadParts {
  readonly kernel: Kernel;
  readonly graph: Graph;
  readonly link: Link;
  readonly aws: LocalAws;
  readonly azure: LocalAzure;
  readonly client: LocalClient;
  /** `--rotation-poll-interval` of the CSI driver; AKS sets 2 minutes. */
  readonly mountEveryMs: number;
  readonly pollEveryMs: number;
  /** How often relay reads its secret, where the link has a certificate for it. */
  readonly secretEveryMs: number;
  readonly onLogLine: (source: string, line: string) => void;
}

export async function startWorkloads(parts: WorkloadParts): Promise<LocalWorkloads> {
  const { kernel, graph, link, aws, onLogLine } = parts;
  const credentials = relayCredentials(aws, graph.region);
  const caPem = await credentials.trustBundle();
  const producerName = `producer.${link.relay.host}`;
  const relay = await startRelay({
    certificate: await certificateOf(parts, credentials),
    host: link.relay.host,
    caPem,
    identities: [...certificateNames(link), producerName],
    logGroup: link.relay.log.group,
    aws: (sessionName) => {
      const { credentials } = aws.identities.issue({ roleArn: aws.relayRoleArn, sessionName });
      return { region: graph.region, endpoint: aws.server.url, credentials };
    },
    tap: kernel.tap,
    output: (line) => onLogLine("relay", line),
  });
  const address: RelayAddress = { host: "127.0.0.1", port: relay.port, servername: link.relay.host, caPem };
  const mounts = await mkdtemp(path.join(tmpdir(), "warrener-mounts-"));
  const bunnies = link.bunnies.map((bunny) =>
    createBunny(parts, bunny, address, path.join(mounts, bunny.name)),
  );
  return {
    relay,
    address,
    producerName,
    bunnies,
    credentials,
    startBunnies() {
      for (const { driver, worker } of bunnies) {
        driver.start();
        worker.start();
      }
    },
    async close() {
      await Promise.all(bunnies.map((bunny) => bunny.stop()));
      await relay.close();
      await rm(mounts, { recursive: true, force: true });
    },
  };
}

async function certificateOf(
  { graph, link, secretEveryMs }: WorkloadParts,
  credentials: RelayCredentials,
): Promise<CertificateSource> {
  const secret = relaySecret(graph);
  if (secret !== undefined) return { kind: "secret", secretArn: secret.arn, everyMs: secretEveryMs };
  return { kind: "issued", certificate: await credentials.issue("Server", link.relay.host) };
}

/** What relay knows a certificate by: its DNS names, or its common name when it has none. */
function certificateNames(link: Link): string[] {
  const identities = link.bunnies.flatMap(({ certificates }) => certificates.map(({ identity }) => identity));
  return identities.flatMap(({ dnsNames, commonName }) => (dnsNames.length > 0 ? dnsNames : [commonName]));
}

/** The identity that the deployment lets this bunny's service account take on. */
export function bunnyIdentity(graph: Graph, { workload }: Link["bunnies"][number]) {
  const wanted = `system:serviceaccount:${workload.namespace}:${workload.serviceAccount}`;
  return graph.federatedCredentials.find(
    ({ subject, issuer }) => issuer === workload.issuer && subject === wanted,
  );
}

function createBunny(
  parts: WorkloadParts,
  bunny: Link["bunnies"][number],
  relay: RelayAddress,
  mountDirectory: string,
): RunningBunny {
  const { graph, azure, client, mountEveryMs, pollEveryMs, onLogLine } = parts;
  const vault = graph.vaults.find((one) => one.bunny === bunny.name);
  const federated = bunnyIdentity(graph, bunny);
  const cluster = azure.clusters.get(bunny.workload.issuer);
  const [certificate] = bunny.certificates;
  if (vault === undefined || federated === undefined || cluster === undefined || certificate === undefined) {
    throw new Error(`the deployment has no vault or no identity for ${bunny.name}`);
  }
  const { namespace, serviceAccount } = bunny.workload;
  const network = throughAgent(client.agent);
  const driver = new CsiDriver({
    vaultUrl: vault.uri,
    credential: workloadIdentity({
      tenantId: graph.tenantId,
      clientId: federated.clientId,
      serviceAccountToken: () => cluster.mint({ namespace, name: serviceAccount }),
      clientOptions: network,
    }),
    clientOptions: network,
    objects: [{ objectName: certificate.name }],
    mountDirectory,
    rotationPollIntervalMs: mountEveryMs,
  });
  const worker = new Bunny({
    relay,
    certificatePath: path.join(mountDirectory, certificate.name),
    work: (content) => ({ done: content }),
    output: (line) => onLogLine(bunny.name, line),
    pollIntervalMs: pollEveryMs,
  });
  const stop = async () => {
    await worker.stop();
    await driver.stop();
  };
  return { name: bunny.name, worker, driver, stop };
}
