/** Talks to dynalite, which runs in this process: requests go to it as they came, answers come back as they are. */
import { request } from "node:http";
import dynalite from "dynalite";
import * as z from "zod";
import { listenOnLoopback } from "./http.ts";
import type { WireAnswer } from "./service.ts";

export interface Dynalite {
  readonly forward: (headers: Readonly<Record<string, string>>, body: Buffer) => Promise<WireAnswer>;
  /** One operation of our own. Throws when it is refused. */
  readonly call: (operation: string, input: object) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** dynalite looks at the form of a signature only; ours were verified before a request gets here. */
const ownHeaders = {
  "content-type": "application/x-amz-json-1.0",
  authorization:
    "AWS4-HMAC-SHA256 Credential=local/1/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
  "x-amz-date": "20260101T000000Z",
};

export async function startDynalite(): Promise<Dynalite> {
  const { port, close } = await listenOnLoopback(
    dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }),
  );
  const forward: Dynalite["forward"] = (headers, body) => post(port, headers, body);
  return {
    forward,
    call: async (operation, input) => {
      const headers = { ...ownHeaders, "x-amz-target": `DynamoDB_20120810.${operation}` };
      const { status, body } = await forward(headers, Buffer.from(JSON.stringify(input)));
      if (status !== 200) throw new Error(`dynalite refused ${operation}: ${Buffer.from(body).toString()}`);
      return z.unknown().parse(JSON.parse(Buffer.from(body).toString()));
    },
    close,
  };
}

function post(port: number, headers: Readonly<Record<string, string>>, body: Buffer): Promise<WireAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
  const outgoing = request({ host: "127.0.0.1", port, method: "POST", path: "/", headers, agent: false });
  outgoing.once("error", reject);
  outgoing.once("response", (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.once("error", reject);
    incoming.once("end", () => {
      const told = ["content-type", "x-amz-crc32"].flatMap((name) => {
        const value = incoming.headers[name];
        return typeof value === "string" ? [[name, value]] : [];
      });
      resolve({
        status: incoming.statusCode ?? 0,
        headers: Object.fromEntries(told),
        body: Buffer.concat(chunks),
      });
    });
  });
  outgoing.end(body);
  return promise;
}
