/**
 * The two workloads of the local world, with real TLS between them: relay (relay.ts), and each bunny, with
 * what is mounted from its vault (bunny.ts).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Link } from "../../shared/link/schema.ts";
import type { RelayAddress } from "../bunny/relay-client.ts";
import type { Graph } from "../graph/schema.ts";
import type { LocalClient } from "../network/client.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import type { LocalAws } from "./aws.ts";
import type { LocalAzure } from "./azure.ts";
import { createBunny, type RunningBunny } from "./bunny.ts";
import { type CertificateSource, type LocalRelay, startRelay } from "./relay.ts";
import { type RelayCredentials, relayCredentials } from "./relay-credentials.ts";
import { relaySecret } from "./relay-secret.ts";
import { workloadSecrets } from "./workload-secrets.ts";

export interface LocalWorkloads {
  readonly relay: LocalRelay;
  readonly address: RelayAddress;
  /** DNS name that may bring jobs, besides the bunnies. */
  readonly producerName: string;
  readonly bunnies: readonly RunningBunny[];
  readonly credentials: RelayCredentials;
  /** Mounts what each bunny needs as soon as it is there, and lets it poll. */
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
  /** How often relay reads its secrets, where the link has any. */
  readonly secretEveryMs: number;
  readonly onLogLine: (source: string, line: string) => void;
}

export async function startWorkloads(parts: WorkloadParts): Promise<LocalWorkloads> {
  const { kernel, graph, link, aws, secretEveryMs, onLogLine } = parts;
  const credentials = relayCredentials(aws, graph.region);
  const caPem = await credentials.trustBundle();
  const producerName = `producer.${link.relay.host}`;
  const relay = await startRelay({
    certificate: await certificateOf(parts, credentials),
    host: link.relay.host,
    caPem,
    identities: [...certificateNames(link.bunnies), producerName],
    mustHaveKey: certificateNames(link.bunnies.filter(({ apiKeys }) => apiKeys.length > 0)),
    secrets: workloadSecrets(graph, link),
    secretEveryMs,
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
      for (const bunny of bunnies) bunny.start();
    },
    async close() {
      await Promise.all(bunnies.map((bunny) => bunny.stop()));
      await relay.close();
      await rm(mounts, { recursive: true, force: true });
    },
  };
}

async function certificateOf(
  { graph, link }: WorkloadParts,
  credentials: RelayCredentials,
): Promise<CertificateSource> {
  const secret = relaySecret(graph);
  if (secret !== undefined) return { kind: "secret", secretArn: secret.arn };
  return { kind: "issued", certificate: await credentials.issue("Server", link.relay.host) };
}

/** What relay knows a certificate by: its DNS names, or its common name when it has none. */
function certificateNames(bunnies: Link["bunnies"]): string[] {
  const identities = bunnies.flatMap(({ certificates }) => certificates.map(({ identity }) => identity));
  return identities.flatMap(({ dnsNames, commonName }) => (dnsNames.length > 0 ? dnsNames : [commonName]));
}
