/**
 * One execution environment: a process that runs the bundle under AWS's own runtime client, for one
 * invocation at a time. It is started by its first invocation, kept for the next ones, and gone for good
 * after a timeout, an exit or a kill.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { type Invocation, type RuntimeApi, type RuntimeError, serveRuntimeApi } from "./runtime-api.ts";
import { lambdaVariables } from "./variables.ts";

export interface EnvironmentOptions {
  name: string;
  arn: string;
  directory: string;
  handler: string;
  env: Readonly<Record<string, string>>;
  memoryMb: number;
  timeoutSeconds: number;
  onLogLine(line: string): void;
}

export type InvokeResult =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

/** Loading may take this long: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_TIMEOUT_SECONDS = 10;
/** Of the function's memory, what V8 may fill. The rest is for the process itself. */
const HEAP_SHARE = 0.9;

const RUNTIME_CLIENT = createRequire(import.meta.url).resolve("aws-lambda-ric");
const NATIVE_CLIENT = path.join(import.meta.dirname, "native-client.cjs");

interface Running {
  readonly id: string;
  readonly event: string;
  readonly resolve: (result: InvokeResult) => void;
  timer: NodeJS.Timeout;
}

export class Environment {
  readonly #options: EnvironmentOptions;
  #api: RuntimeApi | undefined;
  #child: ChildProcess | undefined;
  #running: Running | undefined;
  #give: ((invocation: Invocation) => void) | undefined;
  #gone = false;
  readonly #exited = Promise.withResolvers<void>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** No invocation can be given to it any more. */
  get gone(): boolean {
    return this.#gone;
  }

  async invoke(event: string): Promise<InvokeResult> {
    const { promise, resolve } = Promise.withResolvers<InvokeResult>();
    this.#running = { id: randomUUID(), event, resolve, timer: this.#timer(INIT_TIMEOUT_SECONDS) };
    if (this.#child === undefined) await this.#start();
    else this.#deliver();
    return await promise;
  }

  /** As when its machine fails: whatever it was doing ends here. */
  kill(): void {
    this.#gone = true;
    this.#child?.kill("SIGKILL");
  }

  async close(): Promise<void> {
    this.kill();
    if (this.#child !== undefined) await this.#exited.promise;
    await this.#api?.close();
  }

  async #start(): Promise<void> {
    const { directory, memoryMb, onLogLine } = this.#options;
    this.#api = await serveRuntimeApi({
      onReady: (give) => {
        this.#give = give;
        this.#deliver();
      },
      onResponse: (id, body) =>
        this.#finish(id, { ok: true, payload: body === "" ? undefined : JSON.parse(body) }),
      onError: (id, error) => this.#finish(id, { ok: false, ...error }),
      onInitError: (error) => this.#fail(error),
    });
    if (this.#gone) return this.#fail(killed(this.#running));
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${Math.floor(memoryMb * HEAP_SHARE)}`,
        "--require",
        NATIVE_CLIENT,
        RUNTIME_CLIENT,
      ],
      {
        cwd: directory,
        env: lambdaVariables({ ...this.#options, runtimeApi: this.#api.address }),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", onLogLine);
    child.once("error", (error) => this.#onExit(`could not be started: ${error.message}`));
    child.once("close", (code, signal) =>
      this.#onExit(
        signal === null ? `exited with error: exit status ${code}` : "exited with error: signal: killed",
      ),
    );
  }

  /** Hands the invocation over once there is one and the process asks for it. */
  #deliver(): void {
    const [running, give] = [this.#running, this.#give];
    if (running === undefined || give === undefined) return;
    this.#give = undefined;
    clearTimeout(running.timer);
    const { arn, timeoutSeconds } = this.#options;
    running.timer = this.#timer(timeoutSeconds);
    give({ id: running.id, arn, event: running.event, deadlineMs: Date.now() + timeoutSeconds * 1_000 });
  }

  #timer(seconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#fail({
        errorType: "Sandbox.Timedout",
        errorMessage: `RequestId: ${this.#running?.id} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
      });
      this.kill();
    }, seconds * 1_000);
  }

  #onExit(how: string): void {
    this.#gone = true;
    this.#exited.resolve();
    this.#fail({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${this.#running?.id} Error: Runtime ${how}`,
    });
  }

  /** The invocation failed, and with it the environment. */
  #fail(error: RuntimeError): void {
    this.#gone = true;
    if (this.#running !== undefined) this.#finish(this.#running.id, { ok: false, ...error });
  }

  #finish(id: string, result: InvokeResult): void {
    const running = this.#running;
    if (running?.id !== id) return;
    this.#running = undefined;
    clearTimeout(running.timer);
    // What the process wrote before it answered is in the pipe by now: let it be read first.
    setImmediate(() => running.resolve(result));
  }
}

const killed = (running: Running | undefined): RuntimeError => ({
  errorType: "Runtime.ExitError",
  errorMessage: `RequestId: ${running?.id} Error: Runtime exited with error: signal: killed`,
});
