/**
 * The process of one Function App: its environment is the app's settings and nothing else. It tells its parent
 * its port once it serves, or why it cannot, and ends with its parent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { LOOPBACK, listen } from "../../network/listen.ts";
import { type Log, provideCoreApi, type RegisteredFunction, type Registry } from "./core-api.ts";
import { answerEventGrid, isEventGridRequest } from "./event-grid-webhook.ts";
import { type HttpRoute, httpRoutes, matchHttpRoute } from "./http-routes.ts";
import { type HttpTriggerData, invokeEventGrid, invokeHttp } from "./invoke.ts";
import { type LoadedApp, loadApp } from "./load-app.ts";
import type { ChildMessage } from "./messages.ts";

const directory = process.argv[2] ?? "";
const tell = (message: ChildMessage) => process.send?.(message);
/** What an app logs through its context, and what the library says, go the way of the host's own log. */
const log: Log = (level, category, message) => {
  if (category === "user" || level === "warning" || level === "error") tell({ kind: "log", line: message });
};

interface App extends LoadedApp {
  readonly routes: readonly HttpRoute[];
  readonly registry: Registry;
  readonly log: Log;
}

process.once("disconnect", () => process.exit(0));

try {
  const registry = provideCoreApi(log);
  const loaded = await loadApp(directory, registry);
  const app = { ...loaded, registry, log, routes: httpRoutes(loaded.functions, loaded.routePrefix) };
  const server = createServer((request, response) => {
    answer(app, request, response).catch((error: unknown) => {
      tell({ kind: "log", line: `the host could not answer: ${describe(error)}` });
      request.socket.destroy();
    });
  });
  const port = await listen(server);
  tell({ kind: "ready", port, functions: app.functions.map(({ metadata }) => metadata.name) });
} catch (error) {
  tell({ kind: "failed", why: describe(error) });
  process.exitCode = 1;
  process.disconnect();
}

async function answer(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const method = request.method ?? "GET";
  const scheme = request.headers["x-forwarded-proto"] ?? "http";
  const url = new URL(`${scheme}://${request.headers.host ?? LOOPBACK}${request.url ?? "/"}`);
  const body = await readBody(request);
  if (isEventGridRequest(url)) {
    const webhook = { method, url, headers: plainHeaders(request), body };
    return end(
      response,
      await answerEventGrid(app.functions, webhook, (fn, event) => notify(app, fn, event)),
    );
  }
  const found = matchHttpRoute(app.routes, method, url.pathname);
  if (found === undefined) return end(response, 404);
  // No function keys exist in this world, so nobody can have the right one.
  if (found.route.needsKey) return end(response, 401);
  const data: HttpTriggerData = {
    method,
    url: url.href,
    headers: plainHeaders(request),
    query: Object.fromEntries(url.searchParams),
    params: found.params,
    body: { bytes: body },
  };
  try {
    const http = await invokeHttp(app, found.route.fn, data);
    if (http === undefined) return end(response, 204);
    if ((http.cookies ?? []).length > 0)
      throw new Error("cookies in answers are not supported by the local host");
    const bytes = http.body?.bytes ?? Buffer.from(http.body?.string ?? "");
    response.writeHead(Number(http.statusCode ?? "200"), { ...http.headers, "content-length": bytes.length });
    response.end(bytes);
  } catch (error) {
    // The caller learns nothing but 500, as from the real host; the log has the rest.
    tellFailure(found.route.fn, error);
    end(response, 500);
  }
}

async function notify(app: App, fn: RegisteredFunction, event: unknown): Promise<void> {
  try {
    await invokeEventGrid(app, fn, event);
  } catch (error) {
    tellFailure(fn, error);
    throw error;
  }
}

function tellFailure({ metadata }: RegisteredFunction, error: unknown): void {
  tell({ kind: "log", line: `Executed 'Functions.${metadata.name}' (Failed): ${describe(error)}` });
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": "0" }).end();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  const headers = Object.entries(request.headersDistinct);
  return Object.fromEntries(headers.map(([name, values]) => [name, (values ?? []).join(", ")]));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
