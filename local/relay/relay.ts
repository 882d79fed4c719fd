/**
 * relay: a job queue over HTTPS that lets in nobody without a client certificate that its trust bundle, its list
 * of identities and the clock all accept, and takes no request without an API key of whoever has to have one
 * (gate.ts). The bundle and its own certificate can be replaced while it runs; open connections stay, but for those
 * that the new bundle does not let in. What it has loaded it says again and again (heartbeat.ts).
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import type { KeyId } from "../../shared/keys/api-key-schema.ts";
import { realTimers, type Timers } from "../aws/timers.ts";
import type { Tap } from "../stand-in/kernel.ts";
import { Gate, HANDSHAKE_MS_MAX, type KeyRules, type Passage } from "./gate.ts";
import { Heartbeat, type Loaded } from "./heartbeat.ts";
import { type Answer, errorAnswer, HttpError, message, readBody, send } from "./http.ts";
import { type RelayLog, relayLog } from "./log.ts";
import { JobQueue, QUEUE_LIMITS } from "./queue.ts";
import { route } from "./routes.ts";
import {
  contextOptions,
  type LoadedBundle,
  type LoadedServerCertificate,
  loadServerCertificate,
  loadTrustBundle,
  type ServerCertificate,
  type TrustBundle,
} from "./tls.ts";

export interface RelayOptions {
  readonly serverCertificate: ServerCertificate;
  readonly trustBundle: TrustBundle;
  /** DNS names (or common names, when a certificate has no DNS name) that may come in. */
  readonly identities: readonly string[];
  /** Left out, nobody needs an API key. */
  readonly apiKeys?: RelayKeys;
  readonly replica: string;
  readonly output: (line: string) => void;
  readonly tap?: Tap;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  readonly host?: string;
  readonly port?: number;
  /** Shared with the other replicas; without it this one has a queue of its own. */
  readonly queue?: JobQueue;
  readonly openMax?: number;
  /** How often it says what it has loaded. */
  readonly loadedEveryMs?: number;
  readonly timers?: Timers;
  readonly bodyBytesMax?: number;
}

export interface RelayKeys extends KeyRules {
  /** In order. */
  readonly loadedIds: () => readonly KeyId[];
}

const LIMITS = {
  handshakeTimeout: HANDSHAKE_MS_MAX,
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
} as const;
const LOADED_EVERY_MS = 60_000;
const CLOSE_WITHIN_MS = 5_000;

export class Relay {
  readonly queue: JobQueue;
  readonly #server: Server;
  readonly #gate: Gate;
  readonly #log: RelayLog;
  readonly #tap: Tap;
  readonly #bodyBytesMax: number;
  readonly #apiKeys: RelayKeys | undefined;
  #trustBundle: LoadedBundle;
  readonly #heartbeat: Heartbeat;
  #serverCertificate: LoadedServerCertificate;
  #stagedCertificate: LoadedServerCertificate | undefined;
  #context: SecureContext;

  private constructor(options: RelayOptions) {
    const clock = options.clock ?? Date.now;
    this.#trustBundle = loadTrustBundle(options.trustBundle);
    this.#serverCertificate = loadServerCertificate(options.serverCertificate);
    this.#log = relayLog({ output: options.output, replica: options.replica, clock });
    this.#tap = options.tap ?? (() => {});
    this.#bodyBytesMax = options.bodyBytesMax ?? 1_048_576;
    const openMax = options.openMax ?? QUEUE_LIMITS.openMax;
    this.queue = options.queue ?? new JobQueue({ ...QUEUE_LIMITS, openMax }, clock);
    this.#heartbeat = new Heartbeat({
      log: this.#log,
      loaded: () => this.#loaded(),
      everyMs: options.loadedEveryMs ?? LOADED_EVERY_MS,
      timers: options.timers ?? realTimers,
    });
    this.#apiKeys = options.apiKeys;
    this.#gate = new Gate({
      identities: options.identities,
      log: this.#log,
      clock,
      trustBundle: () => this.#trustBundle,
      ...(options.apiKeys === undefined ? {} : { keys: options.apiKeys }),
    });
    this.#context = createSecureContext(this.#contextOptions());
    this.#server = createServer(
      {
        ...this.#contextOptions(),
        ...LIMITS,
        requestCert: true,
        // The gate refuses, and can say whom: see there.
        rejectUnauthorized: false,
        // Node's TLS server drops `allowPartialTrustChain` from its own options; a context per name keeps it.
        SNICallback: (_, done) => done(null, this.#context),
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.prependListener("secureConnection", (socket) => this.#gate.admit(socket));
    this.#server.on("tlsClientError", (error, socket) => this.#gate.handshakeFailed(error, socket));
  }

  static async start(options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options);
    relay.#server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
    await once(relay.#server, "listening");
    relay.#log({ event: "relay.started", port: relay.port, trustBundleVersion: relay.#trustBundle.version });
    relay.#logBundle();
    relay.#heartbeat.start();
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("relay does not listen on a port");
    return address.port;
  }

  /** For all connections, also those that are open. Throws and keeps the old bundle when the new one is unusable. */
  replaceTrustBundle(bundle: TrustBundle): void {
    this.#trustBundle = loadTrustBundle(bundle);
    this.#useContext();
    this.#logBundle();
    this.#gate.holdAll();
    this.#heartbeat.changed();
  }

  /** For new connections. Throws and keeps the old certificate when the new one is unusable. */
  replaceServerCertificate(certificate: ServerCertificate): void {
    this.#serverCertificate = loadServerCertificate(certificate);
    this.#useContext();
    this.#heartbeat.changed();
  }

  /**
   * Loads what is to follow, so that it can be said to work before it has to; undefined when nothing is. Throws
   * and keeps what was there when it is unusable.
   */
  stageServerCertificate(certificate: ServerCertificate | undefined): void {
    this.#stagedCertificate = certificate === undefined ? undefined : loadServerCertificate(certificate);
    this.#heartbeat.changed();
  }

  /** Says which API keys are loaded, when they are others than it said last. */
  apiKeysChanged(): void {
    this.#heartbeat.changed();
  }

  /** Lets requests under way finish, for a bounded time. */
  async close(): Promise<void> {
    this.#heartbeat.stop();
    const closed = once(this.#server, "close");
    this.#server.close();
    const force = setTimeout(() => this.#server.closeAllConnections(), CLOSE_WITHIN_MS);
    await closed;
    clearTimeout(force);
  }

  #loaded(): Loaded {
    const { serial } = this.#serverCertificate;
    const staged = this.#stagedCertificate?.serial;
    return {
      serverCertificateSerials: staged === undefined || staged === serial ? [serial] : [serial, staged],
      trustBundleVersion: this.#trustBundle.version,
      ...(this.#apiKeys === undefined ? {} : { apiKeyIds: this.#apiKeys.loadedIds() }),
    };
  }

  #contextOptions() {
    return contextOptions(this.#serverCertificate, this.#trustBundle);
  }

  #useContext(): void {
    this.#context = createSecureContext(this.#contextOptions());
    this.#server.setSecureContext(this.#contextOptions());
  }

  #logBundle(): void {
    this.#log({ event: "trust-bundle.loaded", trustBundleVersion: this.#trustBundle.version });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passage = this.#gate.check(request);
    if (passage.kind === "closed") return;
    const { identity } = passage.client;
    const what = `${request.method} ${(request.url ?? "/").split("?")[0]}`;
    // As everywhere in the local world, `from` is the caller, also of the answer.
    const see = (name: string, bytes: Uint8Array) =>
      this.#tap({ from: identity, to: "relay", what: name, bytes });
    try {
      const answer = await this.#routed(request, passage, (body) => {
        const firstLine = `${request.method} ${request.url} HTTP/1.1`;
        see(what, message(firstLine, request.rawHeaders, body));
      });
      see(`${what} answer`, send(response, answer));
    } catch (error) {
      // A caller that went away in the middle of its request is not there to be answered.
      request.socket.destroy();
      if (request.complete) throw error;
    }
  }

  async #routed(
    request: IncomingMessage,
    passage: Exclude<Passage, { kind: "closed" }>,
    see: (body: Uint8Array) => void,
  ): Promise<Answer> {
    try {
      const body = await readBody(request, this.#bodyBytesMax);
      see(body);
      if (passage.kind === "refused") throw passage.error;
      return route(request, body, this.queue);
    } catch (error) {
      if (error instanceof HttpError) return errorAnswer(error);
      throw error;
    }
  }
}
