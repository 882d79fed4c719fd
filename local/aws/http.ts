/** The HTTP around the local AWS: a port on loopback, requests read whole, answers written with a request id. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Refusal } from "../stand-in/operations.ts";
import { ec2Wire, isEc2 } from "./ec2/wire.ts";
import { jsonWire } from "./json-wire.ts";
import { lambdaWire } from "./lambda-api/wire.ts";
import { queryWire } from "./query-wire.ts";
import { type AwsRequest, Unsupported, type Wire, type WireAnswer } from "./service.ts";

export async function listenOnLoopback(
  server: Server,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    close: () =>
      new Promise((done, failed) => {
        server.close((error) => (error instanceof Error ? failed(error) : done()));
        server.closeAllConnections();
      }),
  };
}

export async function read(incoming: IncomingMessage): Promise<AwsRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    [value ?? []].flat().join(","),
  ]);
  return {
    method: incoming.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}

export function send(response: ServerResponse, answer: WireAnswer): void {
  response.writeHead(answer.status, { "x-amzn-requestid": randomUUID(), ...answer.headers });
  response.end(answer.body);
}

/** What the stand-ins cannot do (501) or did wrong (500), in the protocol that the request speaks. */
export function unable(error: Error, request: AwsRequest | undefined): WireAnswer {
  const [status, code] = error instanceof Unsupported ? [501, "NotImplemented"] : [500, "InternalFailure"];
  return wireOf(request).refuse(new Refusal(status, code, error.message));
}

function wireOf(request: AwsRequest | undefined): Wire {
  if (request?.headers["x-amz-target"] !== undefined) return jsonWire({ target: "", version: "1.1" });
  if (request?.path.startsWith("/2015-03-31/") === true) return lambdaWire;
  if (request !== undefined && isEc2(request)) return ec2Wire;
  return queryWire({ version: "", xmlns: "" });
}
