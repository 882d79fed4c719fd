/** A Slack for tests: one workspace behind the proxy, our app in one channel, and Slack's own client. */
import { LogLevel, WebClient, type WebClientOptions } from "@slack/web-api";
import { slackMessenger } from "../../shared/alerts/slack/messenger.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import { createLocalClient, type LocalClient } from "../network/client.ts";
import { createLocalCa } from "../network/local-ca.ts";
import { startProxy } from "../network/proxy.ts";
import { Kernel, type Sighting } from "../stand-in/kernel.ts";
import { createSlack } from "./slack.ts";

export const CHANNEL = "C0123456789";
export const TOKEN = "xoxb-1234-of-no-workspace";
/** To write, and to look for what was written. */
export const SCOPES = ["chat:write", "channels:history"];

export interface TestSlackOptions {
  readonly scopes?: readonly string[];
  readonly seed?: number;
  readonly calm?: boolean;
  readonly startMs?: number;
}

export type TestSlack = Awaited<ReturnType<typeof startSlack>>;

/** Time stands still until `pass` is called. */
export async function startSlack(options: TestSlackOptions = {}) {
  const { scopes = SCOPES, seed = 1, calm = true, startMs = 1_795_248_000_000 } = options;
  const sightings: Sighting[] = [];
  const kernel = new Kernel({ seed, calm, tap: (sighting) => sightings.push(sighting) });
  let nowMs = startMs;
  const slack = createSlack({ kernel, now: () => nowMs });
  const { workspace } = slack;
  const app = workspace.createApp({ name: "Warrener", token: TOKEN, scopes });
  const channel = workspace.createChannel({ id: CHANNEL, name: "link" });
  channel.bots.add(app.botId);
  const ca = await createLocalCa();
  const proxy = await startProxy({ kernel, ca });
  proxy.serve(slack.host, slack.listener);
  const http = createLocalClient(proxy, ca);
  const fetch = fetchThrough(http);
  const client = (token: string | undefined = TOKEN) =>
    new WebClient(token, {
      fetch,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: SILENT,
    });
  return {
    kernel,
    sightings,
    workspace,
    app,
    channel,
    http,
    fetch,
    client,
    pass: (seconds: number) => {
      nowMs += seconds * 1_000;
    },
    messenger: (changes: Partial<Parameters<typeof slackMessenger>[0]> = {}) =>
      slackMessenger({
        token: async () => new Secret(TOKEN),
        channel: CHANNEL,
        link: "test-link",
        fetch,
        ...changes,
      }),
    async close() {
      http.close();
      await proxy.close();
      await ca.close();
    },
  };
}

type Fetch = NonNullable<WebClientOptions["fetch"]>;

/** As Node's own does when the environment names a proxy. */
function fetchThrough(http: LocalClient): Fetch {
  return async (url, { method = "GET", headers = {}, body, signal } = {}) => {
    if (typeof body !== "string") throw new Error("only texts are sent here");
    const sent = http.send({ method, url: String(url), headers, body });
    const answer = await (signal === undefined ? sent : Promise.race([sent, aborted(signal)]));
    const known = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    );
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: known });
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

const nothing = () => {};
const SILENT: NonNullable<WebClientOptions["logger"]> = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
};

/** What Slack's client throws: Slack's own code, the status, or that there was no answer. */
export async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const data: unknown = Reflect.get(error, "data");
    return Object(data).error ?? Reflect.get(error, "statusCode") ?? Reflect.get(error, "code");
  }
  throw new Error("it was not refused");
}
