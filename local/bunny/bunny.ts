/**
 * bunny: polls relay over mutual TLS, works on what it gets, and sends the result back. It reads its certificate, its
 * API keys and its trust bundle again before each poll, so that new ones are picked up without a restart
 * (certificate-in-use.ts, api-key-in-use.ts, bundle-in-use.ts).
 */
import { setTimeout as delay } from "node:timers/promises";
import { BundleInUse } from "./bundle-in-use.ts";
import { CertificateInUse } from "./certificate-in-use.ts";
import { type KeyPath, KeysInUse } from "./keys-in-use.ts";
import { type BunnyLog, bunnyLog } from "./log.ts";
import { readMounted } from "./mounted-certificate.ts";
import { readMountedText } from "./mounted-text.ts";
import { type Caller, Content, type Job, type RelayAddress, RelayClient } from "./relay-client.ts";

export interface BunnyOptions {
  readonly relay: RelayAddress;
  /** The mounted PEM file. */
  readonly certificatePath: string;
  /** Its API keys; it does not poll before each of them is there. */
  readonly apiKeys?: readonly KeyPath[];
  /**
   * The mounted trust bundle, which takes the place of relay's CAs, and the name of this replica, which goes with its
   * version. bunny does not poll before it is there either.
   */
  readonly trustBundle?: { readonly path: string; readonly replica: string };
  /** Its result goes back to relay; one that is not JSON is a failed job. */
  readonly work: (content: Content) => unknown;
  readonly output: (line: string) => void;
  readonly pollIntervalMs?: number;
  /** The longest wait between polls while they fail. */
  readonly backOffMaxMs?: number;
  /** How long a certificate or an API key that relay did not accept rests before it is tried again. */
  readonly retryAfterMs?: number;
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

export interface BunnyCounts {
  readonly polls: number;
  /** Polls that got no valid answer. */
  readonly failedPolls: number;
  /** First polls with a certificate that was not yet in use. A failed one is made again with the old certificate. */
  readonly trials: number;
  readonly failedTrials: number;
  readonly jobs: number;
  readonly failedJobs: number;
  readonly results: number;
  readonly certificatesUsed: readonly string[];
  /** How many API keys relay has accepted, one after the other. */
  readonly apiKeysUsed: number;
  /** Undefined before there was one. */
  readonly trustBundleVersion: string | undefined;
}

const RESULT_ATTEMPTS = 3;

export class Bunny {
  readonly #options: BunnyOptions;
  readonly #log: BunnyLog;
  readonly #certificates: CertificateInUse;
  readonly #keys: KeysInUse;
  readonly #bundle: BundleInUse;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #counts = { polls: 0, failedPolls: 0, jobs: 0, failedJobs: 0, results: 0 };
  #failuresInARow = 0;

  constructor(options: BunnyOptions) {
    this.#options = options;
    const clock = options.clock ?? Date.now;
    this.#log = bunnyLog(options.output, clock);
    const common = { retryAfterMs: options.retryAfterMs ?? 60_000, clock, log: this.#log };
    this.#bundle = new BundleInUse(this.#log);
    this.#keys = new KeysInUse({ ...common, paths: options.apiKeys ?? [] });
    this.#certificates = new CertificateInUse({
      ...common,
      connect: (certificate) =>
        new RelayClient(options.relay, certificate, options.timeoutMs ?? 10_000, this.#bundle.anchors),
      poll: (client) => this.#keys.use("poll", (apiKey) => client.poll(this.#caller(apiKey))),
    });
  }

  /** Polls until `stop`. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#certificates.close();
  }

  counts(): BunnyCounts {
    const { trials, failedTrials, used } = this.#certificates;
    return {
      ...this.#counts,
      trials,
      failedTrials,
      certificatesUsed: [...used],
      apiKeysUsed: this.#keys.adopted,
      trustBundleVersion: this.#bundle.anchors?.version,
    };
  }

  /** One round: read what is mounted, poll, work. Says how long to wait before the next. */
  async round(): Promise<{ readonly waitMs: number }> {
    if (!(await this.#readMounts())) return { waitMs: this.#intervalMs };
    const polled = await this.#certificates.poll();
    if (polled === undefined) return { waitMs: this.#intervalMs };
    this.#counts.polls += 1;
    const { outcome, client } = polled;
    switch (outcome.kind) {
      case "no-answer":
        return { waitMs: this.#failed(outcome.reason) };
      case "no-job":
        this.#recovered();
        return { waitMs: this.#intervalMs };
      case "job":
        this.#recovered();
        await this.#workOn(outcome.job, client);
        return { waitMs: 0 };
    }
  }

  /** False while something was never mounted: its pod would not have started. */
  async #readMounts(): Promise<boolean> {
    const { trustBundle, certificatePath } = this.#options;
    if (trustBundle !== undefined && this.#bundle.offer(await readMountedText(trustBundle.path))) {
      this.#certificates.reconnect();
    }
    await this.#keys.read();
    if (!this.#keys.areThere || (trustBundle !== undefined && this.#bundle.anchors === undefined))
      return false;
    this.#certificates.offer(await readMounted(certificatePath));
    return true;
  }

  #caller(apiKey: Caller["apiKey"]): Caller {
    const { trustBundle } = this.#options;
    const version = this.#bundle.anchors?.version;
    const isKnown = trustBundle !== undefined && version !== undefined;
    return {
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(isKnown ? { words: { replica: trustBundle.replica, trustBundleVersion: version } } : {}),
    };
  }

  get #intervalMs(): number {
    return this.#options.pollIntervalMs ?? 1_000;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const { waitMs } = await this.round();
      if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  async #workOn(job: Job, client: RelayClient): Promise<void> {
    this.#counts.jobs += 1;
    let result: Content;
    try {
      result = Content.parse(await this.#options.work(job.content));
    } catch {
      // The error's text may quote the job. The lease ends by itself, and the job is given out again.
      this.#jobFailed(job, "work-failed");
      return;
    }
    for (let attempt = 1; attempt <= RESULT_ATTEMPTS; attempt += 1) {
      const outcome = await this.#keys.use("results", (apiKey) =>
        client.sendResult(job, result, this.#caller(apiKey)),
      );
      if (outcome.kind === "taken") {
        this.#counts.results += 1;
        return;
      }
      if (outcome.kind === "not-wanted") return this.#jobFailed(job, `status-${outcome.status}`);
      if (attempt === RESULT_ATTEMPTS) this.#jobFailed(job, outcome.reason);
    }
  }

  #jobFailed({ id }: Job, reason: string): void {
    this.#counts.failedJobs += 1;
    this.#log({ event: "job.failed", id, reason });
  }

  /** Logged once for a whole row of failures; the wait doubles with each. */
  #failed(reason: string): number {
    if (this.#failuresInARow === 0) this.#log({ event: "poll.failing", reason });
    this.#counts.failedPolls += 1;
    const waitMs = this.#intervalMs * 2 ** Math.min(this.#failuresInARow, 16);
    this.#failuresInARow += 1;
    return Math.min(waitMs, this.#options.backOffMaxMs ?? 30_000);
  }

  #recovered(): void {
    if (this.#failuresInARow > 0) this.#log({ event: "poll.recovered" });
    this.#failuresInARow = 0;
  }
}
