/**
 * The Lambda service for one function: gives each invocation to an idle execution environment, or starts
 * another one when all are busy.
 */
import type { Tap } from "../stand-in/kernel.ts";
import { Environment, type EnvironmentOptions, type InvokeResult } from "./environment.ts";

export type { InvokeResult } from "./environment.ts";

export interface LambdaOptions extends Omit<EnvironmentOptions, "arn"> {
  /** The function's ARN. Left out, one in a made-up account. */
  arn?: string;
  /** So many invocations at once, as they are reserved for it; left out, as many as a new account may have. */
  concurrencyMax?: number | undefined;
  /** Sees each event, each answer and each log line. */
  tap?: Tap;
}

export interface Lambda {
  /** Resolves in any case; a function that fails is a result. Rejects only for an event that is not JSON. */
  invoke(event: unknown): Promise<InvokeResult>;
  /**
   * Has an environment ready before anything is invoked, as the service may:
   * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
   */
  warm(): Promise<void>;
  /** SIGKILLs what is busy, as a crash in the middle of its work. */
  kill(): void;
  /** Ends all environments. Invocations that still run fail as by `kill`. */
  close(): Promise<void>;
}

/** The highest number of invocations at once in a new account: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const CONCURRENCY_MAX = 10;

export async function startLambda({
  arn,
  tap,
  onLogLine,
  concurrencyMax = CONCURRENCY_MAX,
  ...options
}: LambdaOptions): Promise<Lambda> {
  const { name } = options;
  const see = (from: string, to: string, what: string, text: string) =>
    tap?.({ from, to, what, bytes: Buffer.from(text) });
  const environments = new Set<Environment>();
  let closed = false;

  const retire = async (environment: Environment) => {
    environments.delete(environment);
    await environment.close();
  };

  const start = () => {
    if (environments.size >= concurrencyMax) return undefined;
    const environment = new Environment({
      ...options,
      arn: arn ?? `arn:aws:lambda:eu-west-2:123456789012:function:${name}`,
      onLogLine(line) {
        see(name, `/aws/lambda/${name}`, "log line", line);
        onLogLine(line);
      },
    });
    environments.add(environment);
    return environment;
  };

  const invoke = async (event: unknown): Promise<InvokeResult> => {
    if (closed) throw new Error(`${name} is closed`);
    const text = JSON.stringify(event ?? {});
    see("lambda", name, "invocation", text);
    // An idle environment may have died by itself since its last invocation.
    await Promise.all([...environments].filter((it) => it.gone && !it.busy).map(retire));
    const environment = [...environments].find((it) => !it.busy) ?? start();
    if (environment === undefined)
      return { ok: false, errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." };
    const result = await environment.invoke(text);
    see(name, "lambda", "invocation answer", JSON.stringify(result));
    if (environment.gone) await retire(environment);
    return result;
  };

  return {
    invoke,
    warm: async () => await start()?.load(),
    kill() {
      for (const environment of environments) if (environment.busy) environment.kill();
    },
    async close() {
      closed = true;
      await Promise.all([...environments].map((environment) => environment.close()));
    },
  };
}
