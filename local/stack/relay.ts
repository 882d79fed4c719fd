/**
 * relay as it is deployed beside Warrener: two replicas before one queue and behind one address, each with its own
 * log stream and its own eye on the secrets that hold the server certificate, the API keys and the trust bundle. Where
 * the link has no certificate for relay, relay's people had one made.
 */
import type { Credentials } from "../aws/identities.ts";
import { LoadBalancer } from "../relay/load-balancer.ts";
import { JobQueue, QUEUE_LIMITS } from "../relay/queue.ts";
import type { Relay } from "../relay/relay.ts";
import type { ServerCertificate } from "../relay/tls.ts";
import type { Tap } from "../stand-in/kernel.ts";
import { RelayReplica } from "./relay-replica.ts";
import type { WorkloadSecrets } from "./workload-secrets.ts";

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
  | { readonly kind: "secret"; readonly secretArn: string };

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
  /** Whom it trusts as long as no bundle was published. */
  readonly caPem: string;
  /** Who may come in. */
  readonly identities: readonly string[];
  /** Which of them with an API key only. */
  readonly mustHaveKey: readonly string[];
  /** Where the API keys and the trust bundle come from. */
  readonly secrets: WorkloadSecrets;
  /** How often each secret is read. */
  readonly secretEveryMs: number;
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
  const onServing = (relay: Relay) => {
    serving.push(relay);
    balancer.add(relay.port);
  };
  const started = await Promise.all(
    REPLICAS.map((replica) => RelayReplica.start(parts, { replica, queue, onServing })),
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
