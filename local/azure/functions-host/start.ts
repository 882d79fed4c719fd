/**
 * A Function App of the local world: a process of its own that runs an unmodified app directory, and the public
 * host name that leads to it. A process that ended is replaced at the next request, as the platform does; an app that
 * was stopped stays down, and its host answers as App Service would.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LOOPBACK } from "../../network/listen.ts";
import { EVENT_GRID_PATH, EVENT_TYPE_HEADER } from "./event-grid-webhook.ts";
import { ChildMessage } from "./messages.ts";

const START_TIMEOUT_MS = 30_000;

export interface FunctionAppOptions {
  /** The app's name: it is served as `<name>.azurewebsites.net`. */
  readonly name: string;
  /** Holds host.json, package.json and the compiled entry. */
  readonly directory: string;
  readonly appSettings: Readonly<Record<string, string>>;
  /** What App Service gives an app with a managed identity. */
  readonly identity: { readonly endpoint: string; readonly header: string } | undefined;
  readonly network: { readonly proxyUrl: string; readonly caFile: string };
  /** Each line that the app wrote to its console or logged through its context. */
  readonly onLogLine: (line: string) => void;
}

export interface FunctionApp {
  /** `<name>.azurewebsites.net`, for the proxy. */
  readonly host: string;
  readonly listener: RequestListener;
  /** The names of the indexed functions. */
  readonly functions: readonly string[];
  /**
   * Hands an event to a function as Event Grid does: the status that the host answers, 503 while the app is down and
   * 502 when it dies meanwhile.
   */
  deliverEvent(functionName: string, event: unknown): Promise<number>;
  /** Ends the process at once, as a crash does; resolves when it is gone. The next request starts another one. */
  kill(): Promise<void>;
  /** Takes the app down until `restart`. */
  stop(): Promise<void>;
  /** Starts a fresh process, of another package when its directory is given; ends the old one first. */
  restart(directory?: string): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly functions: readonly string[];
}

/** Throws when the app cannot be loaded, with the reason that its process gave. */
export async function startFunctionApp(options: FunctionAppOptions): Promise<FunctionApp> {
  const host = `${options.name}.azurewebsites.net`;
  const environment = environmentOf(options, host);
  let deployed = options;
  const first = await startChild(deployed, environment);
  let running: Promise<Running> | undefined = Promise.resolve(first);
  let stopped = false;

  /** One process at a time: requests that come while it starts wait for the same one. */
  async function serving(): Promise<Running | undefined> {
    if (stopped) return undefined;
    const latest = running;
    const found = await latest?.catch(() => undefined);
    if (found !== undefined && isAlive(found.child)) return found;
    if (running === latest) running = startChild(deployed, environment);
    return await running;
  }

  async function kill(): Promise<void> {
    const found = await running?.catch(() => undefined);
    if (found !== undefined) await endChild(found.child);
  }

  async function stop(): Promise<void> {
    stopped = true;
    await kill();
  }

  return {
    host,
    functions: first.functions,
    listener: forwardTo(serving, options.onLogLine),
    async deliverEvent(functionName, event) {
      const found = await serving().catch((error: unknown) => {
        options.onLogLine(describe(error));
      });
      return found === undefined ? 503 : await postEvent(found.port, functionName, event);
    },
    kill,
    stop,
    async restart(directory = deployed.directory) {
      await stop();
      deployed = { ...options, directory };
      running = startChild(deployed, environment);
      stopped = false;
      await running;
    },
    close: stop,
  };
}

/** The app sees its settings and what the platform sets; nothing of the process that started it. */
function environmentOf(options: FunctionAppOptions, host: string): Record<string, string> {
  const { identity, network } = options;
  const systemRoot = process.env["SystemRoot"];
  return {
    // Windows cannot open a socket without it.
    ...(systemRoot === undefined ? {} : { SystemRoot: systemRoot }),
    WEBSITE_SITE_NAME: options.name,
    WEBSITE_HOSTNAME: host,
    WEBSITE_INSTANCE_ID: randomBytes(32).toString("hex"),
    FUNCTIONS_WORKER_RUNTIME: "node",
    FUNCTIONS_EXTENSION_VERSION: "~4",
    AZURE_FUNCTIONS_ENVIRONMENT: "Production",
    ...(identity === undefined
      ? {}
      : { IDENTITY_ENDPOINT: identity.endpoint, IDENTITY_HEADER: identity.header }),
    NODE_EXTRA_CA_CERTS: network.caFile,
    NODE_USE_ENV_PROXY: "1",
    HTTPS_PROXY: network.proxyUrl,
    NO_PROXY: `${LOOPBACK},localhost`,
    ...options.appSettings,
  };
}

async function startChild(options: FunctionAppOptions, env: Record<string, string>): Promise<Running> {
  const child = fork(fileURLToPath(new URL("./child.ts", import.meta.url)), [options.directory], {
    execPath: process.execPath,
    execArgv: [],
    env,
    cwd: options.directory,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", options.onLogLine);
  }
  try {
    return { child, ...(await untilReady(child, options.onLogLine)) };
  } catch (error) {
    await endChild(child);
    throw new Error(
      `the Function App ${options.name} did not start: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function untilReady(child: ChildProcess, onLogLine: (line: string) => void): Promise<Omit<Running, "child">> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`it was not ready after ${START_TIMEOUT_MS} ms`));
    const timer = setTimeout(late, START_TIMEOUT_MS);
    child.on("message", (raw) => {
      const message = ChildMessage.parse(raw);
      if (message.kind === "log") onLogLine(message.line);
      else clearTimeout(timer);
      if (message.kind === "ready") resolve(message);
      if (message.kind === "failed") reject(new Error(message.why));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`its process ended (${signal ?? `exit code ${code}`})`));
    });
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

function isAlive(child: ChildProcess | undefined): child is ChildProcess {
  return child !== undefined && child.exitCode === null && child.signalCode === null;
}

/** App Service's front end: it keeps the host name and says that the caller came over https. */
function forwardTo(
  serving: () => Promise<Running | undefined>,
  onLogLine: (line: string) => void,
): RequestListener {
  return (request, response) => {
    const unavailable = () => response.writeHead(503, { "content-length": "0" }).end();
    // The host's own paths need its own keys, and nobody outside has one.
    if (/^\/+runtime(\/|$)/i.test(new URL(`http://${LOOPBACK}${request.url ?? "/"}`).pathname)) {
      response.writeHead(401, { "content-length": "0" }).end();
      return;
    }
    serving().then(
      (found) => (found === undefined ? unavailable() : forward(found.port, request, response)),
      (error: unknown) => {
        onLogLine(describe(error));
        unavailable();
      },
    );
  };
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function postEvent(port: number, functionName: string, event: unknown): Promise<number> {
  const url = `http://${LOOPBACK}:${port}${EVENT_GRID_PATH}?functionName=${encodeURIComponent(functionName)}`;
  const headers = { "content-type": "application/json", [EVENT_TYPE_HEADER]: "Notification" };
  try {
    const { status } = await fetch(url, { method: "POST", headers, body: JSON.stringify([event]) });
    return status;
  } catch {
    return 502;
  }
}

function forward(port: number, request: IncomingMessage, response: ServerResponse): void {
  const headers = { ...request.headers, "x-forwarded-proto": "https" };
  const options = { host: LOOPBACK, port, method: request.method, path: request.url, headers, agent: false };
  const forwarded = httpRequest(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    // The process died in the middle of its answer.
    answer.once("error", () => response.destroy());
  });
  forwarded.once("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502, { "content-length": "0" }).end();
  });
  request.pipe(forwarded);
}
