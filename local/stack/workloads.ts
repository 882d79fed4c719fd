/**
 * The two workloads of the local world, with real TLS between them: relay, whose log an agent sends to CloudWatch,
 * and each bunny, whose certificate the Secrets Store CSI driver mounts from its vault.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { Link } from "../../shared/link/schema.ts";
import { Bunny } from "../bunny/bunny.ts";
import { CsiDriver } from "../bunny/csi-driver.ts";
import type { RelayAddress } from "../bunny/relay-client.ts";
import { throughAgent } from "../bunny/through-agent.ts";
import { workloadIdentity } from "../bunny/workload-identity.ts";
import type { Graph } from "../graph/schema.ts";
import type { LocalClient } from "../network/client.ts";
import { LogAgent } from "../relay/log-agent.ts";
import { Relay } from "../relay/relay.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { LocalAws } from "./aws.ts";
import type { LocalAzure } from "./azure.ts";
import { relayCredentials } from "./relay-credentials.ts";

export interface RunningBunny {
  readonly name: string;
  readonly worker: Bunny;
  readonly driver: CsiDriver;
  stop(): Promise<void>;
}

export interface LocalWorkloads {
  readonly relay: Relay;
  readonly address: RelayAddress;
  /** DNS name that may bring jobs, besides the bunnies. */
  readonly producerName: string;
  readonly bunnies: readonly RunningBunny[];
  readonly credentials: ReturnType<typeof relayCredentials>;
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
  readonly onLogLine: (source: string, line: string) => void;
}

export async function startWorkloads(parts: WorkloadParts): Promise<LocalWorkloads> {
  const { kernel, graph, link, aws, onLogLine } = parts;
  const credentials = relayCredentials(aws, graph.region);
  const [serverCertificate, caPem] = await Promise.all([
    credentials.issue("Server", link.relay.host),
    credentials.trustBundle(),
  ]);
  const agent = startLogAgent(parts);
  const producerName = `producer.${link.relay.host}`;
  const relay = await Relay.start({
    serverCertificate,
    trustBundle: { version: "1", pem: caPem },
    identities: [...certificateNames(link), producerName],
    replica: "relay-0",
    tap: kernel.tap,
    output: (line) => {
      agent.write(line);
      onLogLine("relay", line);
    },
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
      await agent.close();
      await rm(mounts, { recursive: true, force: true });
    },
  };
}

const RELAY_POD = {
  podName: "relay-0",
  namespaceName: "relay",
  podId: "00000000-0000-4000-8000-000000000000",
  host: "ip-10-0-1-10.example.internal",
  containerName: "relay",
  containerImage: "relay:local",
  containerHash: "0".repeat(64),
  dockerId: "0".repeat(64),
  labels: { app: "relay" },
};

function startLogAgent({ graph, link, aws }: WorkloadParts): LogAgent {
  const { credentials } = aws.identities.issue({ roleArn: aws.relayRoleArn, sessionName: "log-agent" });
  const client = new CloudWatchLogsClient({ region: graph.region, endpoint: aws.server.url, credentials });
  return new LogAgent({
    client,
    logGroupName: link.relay.log.group,
    logStreamName: "relay-0",
    pod: RELAY_POD,
    flushIntervalMs: 200,
  });
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
