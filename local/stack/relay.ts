/**
 * relay as it is deployed beside Warrener: two replicas before one queue and behind one address, each with its own
 * log stream and its own eye on the secret that holds the server certificate. Where the link has no certificate for
 * relay, relay's people had one made.
 */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Credentials } from "../aws/identities.ts";
import { LoadBalancer } from "../relay/load-balancer.ts";
import { relayLog } from "../relay/log.ts";
import { LogAgent } from "../relay/log-agent.ts";
import { JobQueue, QUEUE_LIMITS } from "../relay/queue.ts";
import { Relay } from "../relay/relay.ts";
import { ServerCertificates } from "../relay/server-certificates.ts";
import { secretsManagerSecret } from "../relay/server-secret.ts";
import type { ServerCertificate } from "../relay/tls.ts";
import type { Tap } from "../stand-in/kernel.ts";

export interface LocalRelay {
  /** Of the one address; it hangs up while no replica serves. */
  readonly port: number;
  readonly queue: JobQueue;
  /** Those that serve, in no order. There is none before relay has its first certificate. */
  readonly replicas: () => readonly Relay[];
  close(): Promise<void>;
}

/** Where the server certificate comes from: from relay's people, or from the secret, read again and again. */
export type CertificateSource =
  | { readonly kind: "issued"; readonly certificate: ServerCertificate }
  | { readonly kind: "secret"; readonly secretArn: string; readonly everyMs: number };

/** What an SDK client takes. */
export interface AwsClientOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Credentials;
}

export interface RelayParts {
  readonly certificate: CertificateSource;
  /** The name that its callers expect. */
  readonly host: string;
  readonly caPem: string;
  /** Who may come in. */
  readonly identities: readonly string[];
  readonly logGroup: string;
  /** For a session of relay's own role. */
  readonly aws: (sessionName: string) => AwsClientOptions;
  readonly tap: Tap;
  readonly output: (line: string) => void;
}

const REPLICAS = ["relay-0", "relay-1"];

export async function startRelay(parts: RelayParts): Promise<LocalRelay> {
  const balancer = await LoadBalancer.start();
  const queue = new JobQueue(QUEUE_LIMITS, Date.now);
  const serving: Relay[] = [];
  const started = await Promise.all(
    REPLICAS.map((replica) =>
      startReplica(parts, replica, queue, (relay) => {
        serving.push(relay);
        balancer.add(relay.port);
      }),
    ),
  );
  return {
    port: balancer.port,
    queue,
    replicas: () => [...serving],
    async close() {
      await balancer.close();
      await Promise.all(started.map((replica) => replica.close()));
    },
  };
}

interface Replica {
  close(): Promise<void>;
}

async function startReplica(
  parts: RelayParts,
  replica: string,
  queue: JobQueue,
  onServing: (relay: Relay) => void,
): Promise<Replica> {
  const { certificate, host, caPem, identities, tap } = parts;
  const agent = startLogAgent(parts, replica);
  const output = (line: string) => {
    agent.write(line);
    parts.output(line);
  };
  const trustBundle = { version: "1", pem: caPem };
  let relay: Relay | undefined;
  const begin = async (serverCertificate: ServerCertificate) => {
    relay = await Relay.start({ serverCertificate, trustBundle, identities, replica, queue, tap, output });
    onServing(relay);
    return relay;
  };
  const closeRelay = async () => {
    await relay?.close();
    await agent.close();
  };
  if (certificate.kind === "issued") {
    await begin(certificate.certificate);
    return { close: closeRelay };
  }
  const client = new SecretsManagerClient(parts.aws(replica));
  const certificates = new ServerCertificates({
    secret: secretsManagerSecret(client, certificate.secretArn),
    host,
    trustBundle: () => trustBundle,
    log: relayLog({ output, replica, clock: Date.now }),
    begin,
    everyMs: certificate.everyMs,
  });
  certificates.start();
  return {
    async close() {
      await certificates.stop();
      client.destroy();
      await closeRelay();
    },
  };
}

function startLogAgent({ aws, logGroup }: RelayParts, replica: string): LogAgent {
  return new LogAgent({
    client: new CloudWatchLogsClient(aws(`log-agent-of-${replica}`)),
    logGroupName: logGroup,
    logStreamName: replica,
    pod: { ...POD, podName: replica },
    flushIntervalMs: 200,
  });
}

const POD = {
  namespaceName: "relay",
  podId: "00000000-0000-4000-8000-000000000000",
  host: "ip-10-0-1-10.example.internal",
  containerName: "relay",
  containerImage: "relay:local",
  containerHash: "0".repeat(64),
  dockerId: "0".repeat(64),
  labels: { app: "relay" },
};
