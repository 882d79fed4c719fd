/**
 * One execution environment: a process that runs the bundle under AWS's own runtime client, for one
 * invocation at a time. It is started ahead or by its first invocation, kept for the next ones, and gone for
 * good after a timeout, an exit or a kill.
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

const KILLED = "exited with error: signal: killed";

/** Before the id of an invocation, which native-client.cjs writes after its last log line. */
const END_OF_LOG = "\0";

interface Running {
  readonly id: string;
  readonly event: string;
  readonly resolve: (result: InvokeResult) => void;
  timer: NodeJS.Timeout;
  answer?: InvokeResult;
  logEnded: boolean;
}

export class Environment {
  readonly #options: EnvironmentOptions;
  #api: RuntimeApi | undefined;
  #child: ChildProcess | undefined;
  #running: Running | undefined;
  #give: ((invocation: Invocation) => void) | undefined;
  #gone = false;
  /** Why it ends, where the process's exit alone does not say it. */
  #cause: RuntimeError | undefined;
  readonly #exited = Promise.withResolvers<void>();
  readonly #loaded = Promise.withResolvers<void>();

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

  /** Starts it ahead of its first invocation; resolves when the bundle is loaded, or when it never will be. */
  async load(): Promise<void> {
    const timer = this.#timer(INIT_TIMEOUT_SECONDS);
    await this.#start();
    await Promise.race([this.#loaded.promise, this.#exited.promise]);
    clearTimeout(timer);
  }

  async invoke(event: string): Promise<InvokeResult> {
    const { promise, resolve } = Promise.withResolvers<InvokeResult>();
    this.#running = {
      id: randomUUID(),
      event,
      resolve,
      timer: this.#timer(INIT_TIMEOUT_SECONDS),
      logEnded: false,
    };
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
        this.#loaded.resolve();
        this.#deliver();
      },
      onResponse: (id, body) =>
        this.#answer(id, { ok: true, payload: body === "" ? undefined : JSON.parse(body) }),
      onError: (id, error) => this.#answer(id, { ok: false, ...error }),
      onInitError: (error) => this.#end(error),
    });
    if (this.#gone) return this.#onExit(KILLED);
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
    createInterface({ input: child.stdout }).on("line", (line) => this.#onLine(line));
    createInterface({ input: child.stderr }).on("line", onLogLine);
    child.once("error", (error) => this.#onExit(`could not be started: ${error.message}`));
    // "close" comes after the last line of its log has been read, "exit" may not.
    child.once("close", (code) =>
      this.#onExit(code === null ? KILLED : `exited with error: exit status ${code}`),
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
      this.#end({
        errorType: "Sandbox.Timedout",
        errorMessage: `RequestId: ${this.#running?.id} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
      });
    }, seconds * 1_000);
  }

  #end(cause: RuntimeError): void {
    this.#cause ??= cause;
    this.kill();
  }

  #onExit(how: string): void {
    this.#gone = true;
    this.#exited.resolve();
    const exit = {
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${this.#running?.id} Error: Runtime ${how}`,
    };
    this.#finish(this.#running?.answer ?? { ok: false, ...(this.#cause ?? exit) });
  }

  #onLine(text: string): void {
    // What was written without an end of line comes together with the mark.
    const [line = "", id] = text.split(END_OF_LOG);
    if (id === undefined || line !== "") this.#options.onLogLine(line);
    const running = this.#invocation(id);
    if (running === undefined) return;
    running.logEnded = true;
    if (running.answer !== undefined) this.#finish(running.answer);
  }

  #answer(id: string, answer: InvokeResult): void {
    const running = this.#invocation(id);
    if (running === undefined) return;
    running.answer = answer;
    if (running.logEnded) this.#finish(answer);
  }

  #invocation(id: string | undefined): Running | undefined {
    return this.#running?.id === id ? this.#running : undefined;
  }

  #finish(result: InvokeResult): void {
    const running = this.#running;
    this.#running = undefined;
    clearTimeout(running?.timer);
    running?.resolve(result);
  }
}
