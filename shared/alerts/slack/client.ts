/**
 * Slack's own client, within bounds: it tries once, waits for nothing and writes no log, and all calls of one task
 * end by one deadline. It is read only when something is told, which most runs do not.
 */
import type { WebClientOptions } from "@slack/web-api";
import type * as z from "zod";
import { CloudError, ConfigError } from "../../runtime/errors.ts";
import { lazily } from "../../runtime/lazily.ts";
import type { Secret } from "../../runtime/secret.ts";
import { CALL_MAX_SECONDS } from "../messenger.ts";
import { refusalOf, type SlackCall, slackFailure } from "./errors.ts";

type Fetch = NonNullable<WebClientOptions["fetch"]>;
type Logger = NonNullable<WebClientOptions["logger"]>;
type Arguments = Readonly<Record<string, unknown>>;

export interface SlackAccess {
  /** Ends within 15 seconds. */
  readonly token: () => Promise<Secret>;
  /** The channel's id. */
  readonly channel: string;
  /** Default: Node's own. */
  readonly fetch?: Fetch | undefined;
}

/** Slack said no, with a code that was expected. */
export interface Refused {
  readonly refused: string;
}

/** Calls a method and parses its answer. Throws `ConfigError` and `CloudError` as the port says (../messenger.ts). */
export interface SlackTask {
  call<T extends object>(method: string, args: Arguments, answer: z.ZodType<T>): Promise<T>;
  /** As `call`, but a refusal with one of the codes is an answer, too. */
  attempt<T extends object>(
    method: string,
    args: Arguments,
    answer: z.ZodType<T>,
    codes: ReadonlySet<string>,
  ): Promise<T | Refused>;
}

/** Of a task's calls, each one. */
const REQUEST_MAX_MS = 6_000;
const TASK_MAX_MS = (CALL_MAX_SECONDS - 1) * 1_000;

/** Runs a task about the incident of this key. The token is read again after Slack did not take it. */
export function slackTasks({ token, channel, fetch: send = fetch }: SlackAccess) {
  const load = lazily(() => import("./web-api.ts"));
  let known: Secret | null = null;
  return async <T>(target: string, run: (task: SlackTask) => Promise<T>): Promise<T> => {
    const deadline = AbortSignal.timeout(TASK_MAX_MS);
    const { WebClient, LogLevel } = await load();
    known ??= await token();
    const client = new WebClient(known.unwrap(), {
      fetch: boundedFetch(send, deadline),
      timeout: REQUEST_MAX_MS,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      logger: silentLogger(LogLevel.ERROR),
    });
    const perform = (method: string, args: Arguments) => client.apiCall(method, args);
    try {
      return await run(taskOf(perform, { target, channel }));
    } catch (error) {
      if (error instanceof ConfigError) known = null;
      throw error;
    }
  };
}

function taskOf(
  perform: (method: string, args: Arguments) => Promise<unknown>,
  about: Pick<SlackCall, "target" | "channel">,
): SlackTask {
  const attempt: SlackTask["attempt"] = async (method, args, answer, codes) => {
    const call = { ...about, method };
    let answered: unknown;
    try {
      answered = await perform(method, args);
    } catch (error) {
      const code = refusalOf(error);
      if (code !== undefined && codes.has(code)) return { refused: code };
      throw slackFailure(call, error);
    }
    const parsed = answer.safeParse(answered);
    if (parsed.success) return parsed.data;
    throw unreadable(call);
  };
  return {
    attempt,
    async call(method, args, answer) {
      const answered = await attempt(method, args, answer, new Set());
      if ("refused" in answered) throw unreadable({ ...about, method });
      return answered;
    },
  };
}

/** It may well have been done. */
const unreadable = ({ method: operation, target }: SlackCall): CloudError =>
  new CloudError({ provider: "slack", operation, target, code: "unreadable-answer", retryable: true });

/** A 429 always says how long to wait (…/apis/web-api/rate-limits); of one that does not, the client would not tell. */
const boundedFetch =
  (send: Fetch, deadline: AbortSignal): Fetch =>
  async (url, init) => {
    const signal = init?.signal === undefined ? deadline : AbortSignal.any([init.signal, deadline]);
    const answer = await send(url, { ...init, signal });
    const says = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
    return answer.status === 429 && !(says >= 0)
      ? new Response(null, { status: 429, headers: { "retry-after": "60" } })
      : answer;
  };

/** Slack's client would write what it was told into our log. */
function silentLogger(level: ReturnType<Logger["getLevel"]>): Logger {
  const nothing = () => {};
  return {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    setLevel: nothing,
    setName: nothing,
    getLevel: () => level,
  };
}
