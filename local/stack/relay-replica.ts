/**
 * One of relay's pods: it reads its secrets with relay's role, and serves once it knows whom to let in and has a
 * certificate to show.
 */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ApiKeys } from "../relay/api-keys.ts";
import { secretsManagerSecret } from "../relay/labelled-secret.ts";
import { type RelayLog, relayLog } from "../relay/log.ts";
import { LogAgent } from "../relay/log-agent.ts";
import type { JobQueue } from "../relay/queue.ts";
import { Relay } from "../relay/relay.ts";
import { ServerCertificates } from "../relay/server-certificates.ts";
import type { ServerCertificate, TrustBundle } from "../relay/tls.ts";
import { TrustBundles } from "../relay/trust-bundles.ts";
import type { RelayParts } from "./relay.ts";

export interface ReplicaOptions {
  readonly replica: string;
  readonly queue: JobQueue;
  /** It is ready from now on. */
  readonly onServing: (relay: Relay) => void;
}

/** What relay's people gave it. */
const INITIAL_VERSION = "1";

export class RelayReplica {
  readonly #parts: RelayParts;
  readonly #options: ReplicaOptions;
  readonly #agent: LogAgent;
  readonly #output: (line: string) => void;
  readonly #client: SecretsManagerClient;
  readonly #apiKeys: ApiKeys | undefined;
  readonly #bundles: TrustBundles | undefined;
  readonly #certificates: ServerCertificates | undefined;
  readonly #initial: TrustBundle;
  #relay: Relay | undefined;
  #beginning: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(parts: RelayParts, options: ReplicaOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#agent = startLogAgent(parts, options.replica);
    this.#output = (line) => {
      this.#agent.write(line);
      parts.output(line);
    };
    this.#client = new SecretsManagerClient(parts.aws(options.replica));
    this.#initial = { version: INITIAL_VERSION, pem: parts.caPem };
    const log = relayLog({ output: this.#output, replica: options.replica, clock: Date.now });
    this.#apiKeys = this.#watchApiKeys(log);
    this.#bundles = this.#watchBundle(log);
    this.#certificates = this.#watchCertificate(log);
  }

  /** Resolves when it serves, or has something to wait for. */
  static async start(parts: RelayParts, options: ReplicaOptions): Promise<RelayReplica> {
    const replica = new RelayReplica(parts, options);
    const watches = [replica.#apiKeys, replica.#bundles].filter((watch) => watch !== undefined);
    for (const watch of watches) watch.start();
    const ready = Promise.all(watches.map((watch) => watch.ready)).then(() => replica.#begin());
    if (watches.length === 0) await ready;
    return replica;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#apiKeys?.stop(), this.#bundles?.stop(), this.#certificates?.stop()]);
    await this.#beginning;
    this.#client.destroy();
    await this.#relay?.close();
    await this.#agent.close();
  }

  async #begin(): Promise<void> {
    if (this.#isClosed) return;
    const { certificate } = this.#parts;
    if (certificate.kind === "secret") this.#certificates?.start();
    else await this.#serve(certificate.certificate);
  }

  #serve(serverCertificate: ServerCertificate): Promise<Relay> {
    const serving = this.#startRelay(serverCertificate);
    this.#beginning = serving;
    return serving;
  }

  async #startRelay(serverCertificate: ServerCertificate): Promise<Relay> {
    const { identities, tap, mustHaveKey } = this.#parts;
    const { replica, queue, onServing } = this.#options;
    const apiKeys = this.#apiKeys;
    const trustBundle = this.#trustBundle();
    const relay = await Relay.start({
      ...{ serverCertificate, trustBundle, identities, replica, queue, tap, output: this.#output },
      ...(apiKeys === undefined
        ? {}
        : {
            apiKeys: {
              find: (digest) => apiKeys.find(digest),
              mustHaveKey,
              loadedIds: () => apiKeys.loadedIds,
            },
          }),
    });
    this.#relay = relay;
    apiKeys?.onChanged(() => relay.apiKeysChanged());
    this.#bundles?.onLoaded((bundle) => relay.replaceTrustBundle(bundle));
    // It may have been replaced while relay started.
    if (this.#trustBundle() !== trustBundle) relay.replaceTrustBundle(this.#trustBundle());
    onServing(relay);
    return relay;
  }

  readonly #trustBundle = (): TrustBundle => this.#bundles?.current ?? this.#initial;

  #watchApiKeys(log: RelayLog): ApiKeys | undefined {
    const { secrets, secretEveryMs } = this.#parts;
    if (secrets.apiKeys.length === 0) return undefined;
    const sources = secrets.apiKeys.map(({ name, arn }) => ({
      name,
      secret: secretsManagerSecret(this.#client, arn),
    }));
    const trustBundleVersion = () => this.#trustBundle().version;
    return new ApiKeys({ sources, log, trustBundleVersion, everyMs: secretEveryMs });
  }

  #watchBundle(log: RelayLog): TrustBundles | undefined {
    const { secrets, secretEveryMs } = this.#parts;
    if (secrets.trustBundle === undefined) return undefined;
    const secret = secretsManagerSecret(this.#client, secrets.trustBundle.arn);
    return new TrustBundles({ secret, initial: this.#initial, log, everyMs: secretEveryMs });
  }

  #watchCertificate(log: RelayLog): ServerCertificates | undefined {
    const { certificate, host, secretEveryMs } = this.#parts;
    if (certificate.kind === "issued") return undefined;
    return new ServerCertificates({
      secret: secretsManagerSecret(this.#client, certificate.secretArn),
      host,
      trustBundle: this.#trustBundle,
      log,
      begin: (first) => this.#serve(first),
      everyMs: secretEveryMs,
    });
  }
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
