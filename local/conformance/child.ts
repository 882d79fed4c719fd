/** Programs that are not ours: run to their end, or started and waited for until they answer on loopback. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface Ended {
  /** Undefined when the program is not there. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
}

const OUTPUT_MAX = 1_000_000;

export async function run(program: string, args: readonly string[], env = process.env): Promise<Ended> {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-OUTPUT_MAX);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-OUTPUT_MAX);
  });
  const { promise, resolve } = Promise.withResolvers<Ended>();
  child.once("error", (error) => resolve({ code: undefined, output, errors: error.message }));
  child.once("close", (code) => resolve({ code: code ?? 1, output, errors }));
  return await promise;
}

export interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: (port: number) => readonly string[];
  readonly env: (port: number) => Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly logFile: string;
}

const READY_SECONDS_MAX = 60;

/** Throws when it has ended, or does not answer within a minute: it is there and broken. */
export async function startServer(command: ServerCommand): Promise<Server> {
  const port = await freePort();
  const log = createWriteStream(command.logFile);
  const child = spawn(command.program, command.args(port), {
    env: { ...process.env, ...command.env(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once("error", (error) => log.write(`${error.message}\n`));
  const url = `http://127.0.0.1:${port}`;
  for (let seconds = 0; seconds < READY_SECONDS_MAX; seconds += 0.25) {
    if (child.exitCode !== null || child.pid === undefined) break;
    if (await answers(url)) return { url, stop: () => stop(child) };
    await pause(250);
  }
  await stop(child);
  throw new Error(`${command.name} does not answer: read ${command.logFile}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 5000);
  await promise;
  clearTimeout(force);
}

/** Any answer will do: what it is asked does not exist. */
async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { signal: AbortSignal.timeout(5000) })).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() =>
      typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
    );
  });
  return await promise;
}
