/**
 * Which certificate bunny works with. A new one is only a candidate until relay has answered a poll made with it;
 * until then, and whenever it is refused, the last one that worked stays in use.
 */
import type { BunnyLog } from "./log.ts";
import type { ClientCertificate, Mounted } from "./mounted-certificate.ts";
import type { NoAnswer, PollOutcome, RelayClient } from "./relay-client.ts";

interface Held {
  readonly certificate: ClientCertificate;
  readonly client: RelayClient;
}

interface Candidate extends Held {
  /** Not tried before this moment. */
  readonly tryAtMs: number;
  /** Why it was not accepted last; the same reason is logged once. */
  readonly failure?: string;
}

/** What a round's poll came to, and whose client to send the result with. */
export interface Round {
  readonly outcome: PollOutcome;
  readonly client: RelayClient;
}

export interface CertificateOptions {
  readonly connect: (certificate: ClientCertificate) => RelayClient;
  readonly poll: (client: RelayClient) => Promise<PollOutcome>;
  readonly retryAfterMs: number;
  readonly clock: () => number;
  readonly log: BunnyLog;
}

export class CertificateInUse {
  readonly #options: CertificateOptions;
  #current: Held | undefined;
  #candidate: Candidate | undefined;
  #unusable: string | undefined;
  /** Serials of the certificates that relay accepted, in the order of their first use. */
  readonly used: string[] = [];
  trials = 0;
  failedTrials = 0;

  constructor(options: CertificateOptions) {
    this.#options = options;
  }

  /** Takes note of what is mounted now. Whatever it is, the certificate in use stays. */
  offer(mounted: Mounted): void {
    if (mounted.kind === "unusable") {
      if (this.#unusable !== mounted.reason) {
        this.#options.log({ event: "certificate.unusable", reason: mounted.reason });
      }
      this.#unusable = mounted.reason;
      return;
    }
    this.#unusable = undefined;
    const { certificate } = mounted;
    const { fingerprint } = certificate;
    if (fingerprint === this.#candidate?.certificate.fingerprint) return;
    this.#dropCandidate();
    if (fingerprint === this.#current?.certificate.fingerprint) return;
    const client = this.#options.connect(certificate);
    this.#candidate = { certificate, client, tryAtMs: this.#options.clock() };
    const notAfter = new Date(certificate.notAfterMs).toISOString();
    this.#options.log({ event: "certificate.found", serial: certificate.serial, notAfter });
  }

  /** One poll, with the candidate when it is its turn. Undefined when there is no certificate to poll with. */
  async poll(): Promise<Round | undefined> {
    const tried = await this.#tryCandidate();
    if (tried !== undefined && tried.outcome.kind !== "no-answer") return tried;
    if (this.#current === undefined) return tried;
    const { client } = this.#current;
    const outcome = await this.#options.poll(client);
    // When the old one works no more, perhaps because it has ended, the new one need not wait for its turn.
    if (outcome.kind === "no-answer") this.#retryCandidateAt(this.#options.clock());
    return { outcome, client };
  }

  /** Leaves the open connections, because relay is to be checked in another way from now on. */
  reconnect(): void {
    const again = <Any extends Held>(held: Any): Any => {
      held.client.close();
      return { ...held, client: this.#options.connect(held.certificate) };
    };
    if (this.#current !== undefined) this.#current = again(this.#current);
    if (this.#candidate !== undefined) this.#candidate = again(this.#candidate);
  }

  close(): void {
    this.#dropCandidate();
    this.#current?.client.close();
  }

  async #tryCandidate(): Promise<Round | undefined> {
    const candidate = this.#candidate;
    const { clock } = this.#options;
    if (candidate === undefined || clock() < candidate.tryAtMs) return undefined;
    this.trials += 1;
    const outcome = await this.#options.poll(candidate.client);
    if (outcome.kind === "no-answer") {
      const tryAtMs = clock() + this.#restMs();
      this.#notAccepted(candidate, outcome, tryAtMs);
    } else this.#adopt(candidate);
    return { outcome, client: candidate.client };
  }

  /**
   * How long a candidate that was not accepted waits: never past half of what is left of the certificate in use,
   * and not at all without one, because then there is nothing to spare.
   */
  #restMs(): number {
    if (this.#current === undefined) return 0;
    const leftMs = this.#current.certificate.notAfterMs - this.#options.clock();
    return Math.max(0, Math.min(this.#options.retryAfterMs, leftMs / 2));
  }

  #adopt({ certificate, client }: Candidate): void {
    this.#current?.client.close();
    this.#current = { certificate, client };
    this.#candidate = undefined;
    this.used.push(certificate.serial);
    this.#options.log({ event: "certificate.adopted", serial: certificate.serial });
  }

  #notAccepted(candidate: Candidate, { reason }: NoAnswer, tryAtMs: number): void {
    this.failedTrials += 1;
    this.#candidate = { ...candidate, tryAtMs, failure: reason };
    if (candidate.failure === reason) return;
    const keeps = this.#current === undefined ? {} : { keeps: this.#current.certificate.serial };
    const { serial } = candidate.certificate;
    this.#options.log({ event: "certificate.not-accepted", serial, reason, ...keeps });
  }

  #retryCandidateAt(tryAtMs: number): void {
    if (this.#candidate !== undefined) this.#candidate = { ...this.#candidate, tryAtMs };
  }

  #dropCandidate(): void {
    this.#candidate?.client.close();
    this.#candidate = undefined;
  }
}
