/** bunny's calls to relay with one certificate: one keep-alive agent, the server's name and CA always checked. */
import { Agent, type RequestOptions, request } from "node:https";
import * as z from "zod";
import type { ClientCertificate } from "./mounted-certificate.ts";

export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  /** The name that relay's certificate must have. */
  readonly servername: string;
  /** The CAs that may have issued it, PEM. */
  readonly caPem: string;
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

  constructor(address: RelayAddress, certificate: ClientCertificate, timeoutMs: number) {
    this.#address = address;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({
      keepAlive: true,
      key: certificate.privateKeyPem,
      cert: certificate.chainPem,
      ca: address.caPem,
      servername: address.servername,
      minVersion: "TLSv1.2",
      // Said aloud, because an environment variable can turn Node's default off.
      rejectUnauthorized: true,
    });
  }

  async poll(): Promise<PollOutcome> {
    const answer = await this.#call({ method: "GET", path: "/jobs/poll" });
    if (answer.kind === "no-answer") return answer;
    if (answer.status === 204) return { kind: "no-job" };
    if (answer.status !== 200) return noAnswer(`status-${answer.status}`);
    const job = parseJob(answer.body);
    return job === undefined ? noAnswer("malformed-job") : { kind: "job", job };
  }

  async sendResult(job: Job, result: Content): Promise<ResultOutcome> {
    const body = Buffer.from(JSON.stringify({ lease: job.lease, result }));
    const answer = await this.#call({ method: "POST", path: `/jobs/${job.id}/results` }, body);
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
    const headers =
      body === undefined ? {} : { "content-type": "application/json", "content-length": body.length };
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const sent = request({ ...options, host, port, headers, agent: this.#agent, signal }, (response) => {
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
