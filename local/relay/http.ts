/** Reading a request and answering it: limits first, every refusal as `{ error: { code, message } }`. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** Thrown while a request is read or routed, when the caller has to fix it. Never repeats what was sent. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export async function readBody(request: IncomingMessage, bodyBytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("a request's chunks are bytes");
    size += chunk.length;
    if (size > bodyBytesMax) {
      // What is left of the body is not read: the connection cannot be used again.
      const close = { connection: "close" };
      throw new HttpError(413, "body-too-large", `send at most ${bodyBytesMax} bytes`, close);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function parseJson(request: IncomingMessage, body: Uint8Array): unknown {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new HttpError(415, "not-json", "send a body with content-type application/json");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    // The parser's own message quotes the body, and the body is health data.
    throw new HttpError(400, "malformed-json", "the body is not a JSON document in UTF-8");
  }
}

/** Sends the answer and returns it as it went out, for the tap. */
export function send(response: ServerResponse, answer: Answer): Buffer {
  const body = Buffer.from(answer.body === undefined ? "" : JSON.stringify(answer.body));
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.body !== undefined) response.setHeader("content-type", "application/json");
  if (answer.status !== 204) response.setHeader("content-length", body.length);
  response.writeHead(answer.status);
  response.end(body);
  const headers = Object.entries(response.getHeaders()).flatMap(([name, value]) => [name, String(value)]);
  return message(`HTTP/1.1 ${answer.status}`, headers, body);
}

export function errorAnswer(error: HttpError): Answer {
  const { status, code, message, headers } = error;
  return { status, headers, body: { error: { code, message } } };
}

/** A request or answer in the clear: first line, headers as name and value in turn, body. */
export function message(firstLine: string, rawHeaders: readonly string[], body: Uint8Array): Buffer {
  const lines = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${rawHeaders[i + 1] ?? ""}`] : []));
  return Buffer.concat([Buffer.from([firstLine, ...lines, "", ""].join("\r\n")), body]);
}
