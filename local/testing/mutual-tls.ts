/** One request over mutual TLS, on a connection of its own unless an agent is given, for tests that play an honest or a bad client. */
import { type Agent, request as httpsRequest } from "node:https";
import type { SecureVersion } from "node:tls";

export interface CallOptions {
  readonly port: number;
  /** Left out, the client names no server, and expects the certificate of 127.0.0.1. */
  readonly servername?: string;
  readonly ca: string;
  readonly client?: { readonly privateKeyPem: string; readonly chainPem: string };
  readonly version?: SecureVersion;
  readonly ciphers?: string;
  readonly agent?: Agent;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type CallOutcome =
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  /** No HTTP answer came: the error's code, such as ECONNRESET. */
  | { readonly kind: "closed"; readonly code: string };

export function call(options: CallOptions): Promise<CallOutcome> {
  const { promise, resolve } = Promise.withResolvers<CallOutcome>();
  const request = httpsRequest(
    {
      host: "127.0.0.1",
      port: options.port,
      ca: options.ca,
      agent: options.agent ?? false,
      method: options.method ?? "GET",
      path: options.path,
      headers: options.headers,
      ...(options.client === undefined
        ? {}
        : { key: options.client.privateKeyPem, cert: options.client.chainPem }),
      ...(options.servername === undefined ? {} : { servername: options.servername }),
      ...(options.ciphers === undefined ? {} : { ciphers: options.ciphers }),
      ...(options.version === undefined ? {} : { minVersion: options.version, maxVersion: options.version }),
    },
    (response) => {
      const chunks: string[] = [];
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ kind: "answered", status: response.statusCode ?? 0, body: chunks.join("") }),
      );
    },
  );
  request.on("error", (error: Error & { code?: string }) =>
    resolve({ kind: "closed", code: error.code ?? error.message }),
  );
  request.end(options.body);
  return promise;
}
