/** How the local stack itself, and its tests, go out through the local proxy. */
import { Agent, type RequestOptions, request } from "node:https";
import type { LocalCa } from "./local-ca.ts";
import type { LocalProxy } from "./proxy.ts";

const TIMEOUT_MS = 10_000;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface HttpRequest {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface LocalClient {
  /** Rejects only when there is no answer; every status is an answer. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The parsed body of a 200; throws on anything else. */
  readJson(url: string): Promise<unknown>;
  /** For SDKs that take an agent: it goes through the proxy and trusts the run's CA. */
  readonly agent: Agent;
  close(): void;
}

export function createLocalClient(proxy: Pick<LocalProxy, "url">, ca: Pick<LocalCa, "caPem">): LocalClient {
  const agent = new Agent({ proxyEnv: { HTTPS_PROXY: proxy.url }, ca: ca.caPem, keepAlive: false });
  const options: RequestOptions = { agent, timeout: TIMEOUT_MS };
  return {
    agent,
    send: (asked) => send(options, asked),
    async readJson(url) {
      const answer = await send(options, { url });
      if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
      return JSON.parse(answer.body.toString("utf8"));
    },
    close: () => agent.destroy(),
  };
}

function send(options: RequestOptions, asked: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(asked.url, {
      ...options,
      method: asked.method ?? "GET",
      headers: asked.headers ?? {},
    });
    sent.once("error", reject);
    sent.once("timeout", () => sent.destroy(new Error(`${asked.url} did not answer in ${TIMEOUT_MS} ms`)));
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    sent.end(asked.body);
  });
}
