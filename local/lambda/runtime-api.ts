/**
 * The Runtime API of one execution environment, at which the runtime client in it asks for work and says
 * what came of it: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import http from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

export interface Invocation {
  readonly id: string;
  readonly arn: string;
  /** JSON text. */
  readonly event: string;
  readonly deadlineMs: number;
}

/** What the client posts when a function threw, or could not be loaded. */
export const RuntimeError = z.object({
  errorType: z.string().default("Error"),
  errorMessage: z.string().default(""),
});
export type RuntimeError = z.infer<typeof RuntimeError>;

export interface RuntimeEvents {
  /** The function is loaded and waits. Call `give` once, with the next invocation. */
  onReady(give: (invocation: Invocation) => void): void;
  /** JSON text, empty for `undefined`. */
  onResponse(id: string, body: string): void;
  onError(id: string, error: RuntimeError): void;
  onInitError(error: RuntimeError): void;
}

export interface RuntimeApi {
  /** host:port */
  readonly address: string;
  close(): Promise<void>;
}

const PREFIX = "/2018-06-01/runtime";

export async function serveRuntimeApi(events: RuntimeEvents): Promise<RuntimeApi> {
  const server = http.createServer((request, response) => {
    answer(request, response, events).catch(() => response.destroy());
  });
  // While a function works its connection lies idle. Closed meanwhile, the answer would find nobody, and its process end.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the Runtime API has no port");
  return {
    address: `127.0.0.1:${address.port}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function answer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  events: RuntimeEvents,
): Promise<void> {
  const body = await text(request);
  const route = `${request.method} ${request.url?.replace(PREFIX, "")}`;
  if (route === "GET /invocation/next") return events.onReady((invocation) => send(response, invocation));
  const posted = /^POST \/invocation\/([\w-]+)\/(response|error)$/.exec(route);
  const id = posted?.[1];
  if (route === "POST /init/error") events.onInitError(RuntimeError.parse(JSON.parse(body)));
  else if (id !== undefined && posted?.[2] === "response") events.onResponse(id, body);
  else if (id !== undefined) events.onError(id, RuntimeError.parse(JSON.parse(body)));
  response.writeHead(posted === null && route !== "POST /init/error" ? 404 : 202).end();
}

function send(response: http.ServerResponse, { id, arn, event, deadlineMs }: Invocation): void {
  response
    .writeHead(200, {
      "Content-Type": "application/json",
      "Lambda-Runtime-Aws-Request-Id": id,
      "Lambda-Runtime-Deadline-Ms": String(deadlineMs),
      "Lambda-Runtime-Invoked-Function-Arn": arn,
      "Lambda-Runtime-Trace-Id": `Root=1-00000000-${id.replaceAll("-", "").slice(0, 24)};Parent=${id.slice(0, 8)}00000000;Sampled=0`,
    })
    .end(event);
}
