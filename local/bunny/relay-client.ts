/**
 * bunny's calls to relay with one certificate and under one trust bundle: one keep-alive agent, the server's name, CA
 * and serial always checked.
 */
import type { OutgoingHttpHeaders } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import * as z from "zod";
import { Serial } from "../../shared/certificates/schema.ts";
import type { Secret } from "../../shared/runtime/secret.ts";
import { REPLICA_HEADER, TRUST_BUNDLE_HEADER } from "../trust/headers.ts";
import type { ClientCertificate } from "./mounted-certificate.ts";

export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  /** The name that relay's certificate must have. */
  readonly servername: string;
  /** The CAs that may have issued it, PEM, until a trust bundle says which. */
  readonly caPem: string;
}

/** Whose certificates are accepted of relay. */
export interface RelayTrust {
  readonly pem: string;
  readonly revoked: ReadonlySet<Serial>;
}

/** What goes with a call, beside what it is about. */
export interface Caller {
  readonly apiKey?: Secret;
  /** What this replica has loaded, for relay's log. */
  readonly words?: { readonly replica: string; readonly trustBundleVersion: string };
}

/** What a job holds and what its result may be: health data, never logged. */
export const Content = z.json();
export type Content = z.infer<typeof Content>;

export const Job = z.object({ id: z.string().regex(/^[\w-]+$/), lease: z.string(), content: Content });
export type Job = z.infer<typeof Job>;

/** A call that got no valid answer. `reason` is safe to log: a system error code, a status, or a fixed word. */
export interface NoAnswer {
  readonly kind: "no-answer";
  readonly reason: string;
}

export type PollOutcome =
  | { readonly kind: "job"; readonly job: Job }
  | { readonly kind: "no-job" }
  | NoAnswer;

export type ResultOutcome =
  | { readonly kind: "taken" }
  /** relay knows better: the job is another's by now, or gone. Sending it again would not help. */
  | { readonly kind: "not-wanted"; readonly status: number }
  | NoAnswer;

interface HttpAnswer {
  readonly kind: "answered";
  readonly status: number;
  readonly body: Buffer;
}

type Sent = HttpAnswer | NoAnswer | { readonly kind: "stale-connection"; readonly reason: string };

const ANSWER_BYTES_MAX = 8 * 1_048_576;

export class RelayClient {
  readonly #address: RelayAddress;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  constructor(address: RelayAddress, certificate: ClientCertificate, timeoutMs: number, trust?: RelayTrust) {
    this.#address = address;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({
      keepAlive: true,
      key: certificate.privateKeyPem,
      cert: certificate.chainPem,
      ca: trust?.pem ?? address.caPem,
      // Each CA of a bundle is trusted by itself, whatever became of those above it.
      allowPartialTrustChain: trust !== undefined,
      servername: address.servername,
      minVersion: "TLSv1.2",
      // Said aloud, because an environment variable can turn Node's default off.
      rejectUnauthorized: true,
      checkServerIdentity: (host, shown) => checkServerIdentity(host, shown) ?? revokedError(trust, shown),
    });
  }

  async poll(caller: Caller = {}): Promise<PollOutcome> {
    const answer = await this.#call({ method: "GET", path: "/jobs/poll", headers: headersOf(caller) });
    if (answer.kind === "no-answer") return answer;
    if (answer.status === 204) return { kind: "no-job" };
    if (answer.status !== 200) return noAnswer(`status-${answer.status}`);
    const job = parseJob(answer.body);
    return job === undefined ? noAnswer("malformed-job") : { kind: "job", job };
  }

  async sendResult(job: Job, result: Content, caller: Caller = {}): Promise<ResultOutcome> {
    const body = Buffer.from(JSON.stringify({ lease: job.lease, result }));
    const headers = {
      ...headersOf(caller),
      "content-type": "application/json",
      "content-length": body.length,
    };
    const answer = await this.#call({ method: "POST", path: `/jobs/${job.id}/results`, headers }, body);
    if (answer.kind === "no-answer") return answer;
    if (answer.status === 204) return { kind: "taken" };
    const { status } = answer;
    return status === 404 || status === 409 ? { kind: "not-wanted", status } : noAnswer(`status-${status}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  /**
   * A server may close an idle connection just as it is used again; Node's own advice is to send the request
   * again then. Both calls can be repeated: a lost poll's lease ends, and a repeated result changes nothing.
   */
  async #call(options: RequestOptions, body?: Buffer): Promise<HttpAnswer | NoAnswer> {
    const first = await this.#send(options, body);
    return first.kind === "stale-connection" ? asAnswer(await this.#send(options, body)) : first;
  }

  #send(options: RequestOptions, body: Buffer | undefined): Promise<Sent> {
    const { host, port } = this.#address;
    const { promise, resolve } = Promise.withResolvers<Sent>();
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const sent = request({ ...options, host, port, agent: this.#agent, signal }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_BYTES_MAX) response.destroy(new Error("too large"));
        else chunks.push(chunk);
      });
      response.on("end", () => {
        resolve({ kind: "answered", status: response.statusCode ?? 0, body: Buffer.concat(chunks) });
      });
      response.on("error", () => resolve(noAnswer("cut-short")));
    });
    sent.on("error", (error) => {
      const reason = reasonOf(error, signal);
      const stale = sent.reusedSocket && (reason === "ECONNRESET" || reason === "EPIPE");
      resolve(stale ? { kind: "stale-connection", reason } : noAnswer(reason));
    });
    sent.end(body);
    return promise;
  }
}

function headersOf({ apiKey, words }: Caller): OutgoingHttpHeaders {
  return {
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey.unwrap()}` }),
    ...(words === undefined
      ? {}
      : { [REPLICA_HEADER]: words.replica, [TRUST_BUNDLE_HEADER]: words.trustBundleVersion }),
  };
}

/** What `checkServerIdentity` returns ends the handshake. A serial that cannot be read is refused too. */
function revokedError(trust: RelayTrust | undefined, shown: PeerCertificate): Error | undefined {
  if (trust === undefined) return undefined;
  const serial = Serial.safeParse(shown.serialNumber);
  if (serial.success && !trust.revoked.has(serial.data)) return undefined;
  return Object.assign(new Error("relay's certificate is accepted no more"), { code: "RELAY_REVOKED" });
}

function asAnswer(outcome: Sent): HttpAnswer | NoAnswer {
  return outcome.kind === "stale-connection" ? noAnswer(outcome.reason) : outcome;
}

function parseJob(body: Buffer): Job | undefined {
  try {
    return Job.parse(JSON.parse(body.toString("utf8")));
  } catch {
    // What is wrong with it would quote it, and it is health data.
    return undefined;
  }
}

function reasonOf(error: Error & { readonly code?: string }, signal: AbortSignal): string {
  if (signal.aborted) return "timeout";
  return error.code ?? "connection-failed";
}

const noAnswer = (reason: string): NoAnswer => ({ kind: "no-answer", reason });
