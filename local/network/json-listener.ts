/**
 * The server side of a stand-in that answers whole bodies: it reads the request, and puts on the wire what the
 * stand-in answered. A lost connection is a broken socket, as a client would see it.
 */
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { ConnectionLost, Refusal } from "../stand-in/operations.ts";

/** Far beyond what any of the services accepts. */
const BODY_MAX_BYTES = 4 * 1024 * 1024;

export interface Exchange {
  readonly request: IncomingMessage;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent for an empty body. */
  readonly json?: unknown;
}

/** The real service can do it, this stand-in cannot: answered 501 with the operation's name, never success. */
export class NotSupported extends Error {
  override readonly name = "NotSupported";
}

export function jsonListener(options: {
  readonly answer: (exchange: Exchange) => Answer | Promise<Answer>;
  /** A service's own form of an error. */
  readonly refusal: (refusal: Refusal, exchange: Exchange) => Answer;
}): RequestListener {
  return (request, response) => {
    respond(options, request, response).catch(() => request.socket.destroy());
  };
}

async function respond(
  options: Parameters<typeof jsonListener>[0],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange = await readExchange(request);
  try {
    send(response, await options.answer(exchange));
  } catch (error) {
    if (error instanceof ConnectionLost) request.socket.destroy();
    else if (error instanceof Refusal) send(response, options.refusal(error, exchange));
    else if (error instanceof NotSupported) send(response, notSupported(error));
    else send(response, ownFault(error));
  }
}

async function readExchange(request: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw new Error("the body is larger than any service accepts");
    chunks.push(chunk);
  }
  return {
    request,
    method: request.method ?? "GET",
    url: new URL(`https://${request.headers.host ?? "localhost"}${request.url ?? "/"}`),
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  const body = answer.json === undefined ? undefined : Buffer.from(JSON.stringify(answer.json));
  response.writeHead(answer.status, {
    ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
    "content-length": String(body?.length ?? 0),
    ...answer.headers,
  });
  response.end(body);
}

function notSupported(error: NotSupported): Answer {
  const message = `the local stand-in does not support ${error.message}`;
  return { status: 501, json: { error: { code: "NotImplemented", message } } };
}

/** Not the service's failure but the stand-in's: no real service answers this code, so it cannot be mistaken. */
function ownFault(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, json: { error: { code: "LocalStandInFault", message } } };
}
