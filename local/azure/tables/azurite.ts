/**
 * Azurite's table service as a child process, and the one way to it: a call that is signed with the emulator's
 * published key. Who may make it is not Azurite's to judge (tables.ts).
 */
import { type ChildProcess, fork } from "node:child_process";
import { createHmac } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const START_TIMEOUT_MS = 30_000;
/** Published: https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key */
const ACCOUNT = "devstoreaccount1";
const ACCOUNT_KEY =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

const AzuriteMessage = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready"), address: z.string() }),
  z.object({ kind: z.literal("failed"), why: z.string() }),
]);
export type AzuriteMessage = z.infer<typeof AzuriteMessage>;

export interface AzuriteRequest {
  readonly method: string;
  /** With its query, as the service's host has it. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AzuriteAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Azurite {
  send(request: AzuriteRequest): Promise<AzuriteAnswer>;
  close(): Promise<void>;
}

/** Throws when it does not start, with the reason that its process gave. */
export async function startAzurite(): Promise<Azurite> {
  const child = fork(fileURLToPath(new URL("./azurite-child.ts", import.meta.url)), {
    execPath: process.execPath,
    execArgv: [],
    // Nothing of this process: an AZURITE_ACCOUNTS of one's own would take the place of the published account.
    env: process.env["SystemRoot"] === undefined ? {} : { SystemRoot: process.env["SystemRoot"] },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  try {
    const address = await untilReady(child);
    return { send: (request) => send(address, request), close: () => end(child) };
  } catch (error) {
    await end(child);
    throw new Error(`Azurite did not start: ${error instanceof Error ? error.message : error}`);
  }
}

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`it was not ready after ${START_TIMEOUT_MS} ms`));
    const timer = setTimeout(late, START_TIMEOUT_MS);
    child.once("message", (raw) => {
      clearTimeout(timer);
      const message = AzuriteMessage.parse(raw);
      if (message.kind === "ready") resolve(message.address);
      else reject(new Error(message.why));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`its process ended (${signal ?? `exit code ${code}`})`));
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

function send(address: string, { method, path, headers, body }: AzuriteRequest): Promise<AzuriteAnswer> {
  return new Promise((resolve, reject) => {
    const url = new URL(`${address}/${ACCOUNT}${path}`);
    const sent = httpRequest(url, {
      method,
      agent: false,
      headers: { ...forwarded(headers), ...sign(url), "content-length": String(body.length) },
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.end(body);
  });
}

/** What says who called, where and how much, is put there anew. */
const OWN = ["authorization", "host", "connection", "content-length", "transfer-encoding", "date"];

function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name)));
}

/** SharedKeyLite: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key */
function sign(url: URL): Record<string, string> {
  const date = new Date().toUTCString();
  const signature = createHmac("sha256", Buffer.from(ACCOUNT_KEY, "base64"))
    .update(`${date}\n/${ACCOUNT}${url.pathname}`)
    .digest("base64");
  return { "x-ms-date": date, authorization: `SharedKeyLite ${ACCOUNT}:${signature}` };
}
