/**
 * Slack's Web API at its production URL. Every request passes, in this order: the arguments' form, the token, what
 * the service does of itself, and then the method: scope, arguments, channel, rate limit.
 */
import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { type Answer, type Exchange, jsonListener, NotSupported } from "../network/json-listener.ts";
import { nameCaller } from "../network/tap.ts";
import type { Kernel } from "../stand-in/kernel.ts";
import { Refusal } from "../stand-in/operations.ts";
import {
  isSlackOperation,
  ratelimited,
  SLACK_OPERATIONS,
  type SlackOperation,
  SlackRefusal,
} from "./operations.ts";
import { Pacing } from "./pacing.ts";
import { history, replies } from "./reading.ts";
import { type Arguments, argumentsOf, callerOf, methodOf } from "./request.ts";
import { type SlackApp, SlackWorkspace } from "./workspace.ts";
import { deleteMessage, postMessage, updateMessage } from "./writing.ts";

const HOST = "slack.com";
const THROTTLED_PROBABILITY = 0.02;
const UNAVAILABLE_PROBABILITY = 0.01;
/** "It's possible some aspect of the operation succeeded before the error was raised." */
const LATE_ERROR_PROBABILITY = 0.01;
const SHORT_PAGE_PROBABILITY = 0.1;
const SHORT_PAGE = 2;

export interface LocalSlack {
  /** For the proxy. */
  readonly host: string;
  readonly listener: RequestListener;
  readonly workspace: SlackWorkspace;
}

export interface SlackOptions {
  readonly kernel: Kernel;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export function createSlack({ kernel, now = Date.now }: SlackOptions): LocalSlack {
  const { faults } = kernel;
  const workspace = new SlackWorkspace(now);
  const pacing = new Pacing(now);

  async function answer(exchange: Exchange): Promise<Answer> {
    const method = methodOf(exchange.url.pathname) ?? "";
    const operation = `slack:${method}`;
    if (!isSlackOperation(operation))
      throw new NotSupported(`slack ${exchange.method} ${exchange.url.pathname}`);
    const who = identify(workspace, exchange);
    const caller = who.ok ? who.app.name : "anonymous";
    nameCaller(exchange.request, caller);
    const body = await kernel.perform(SLACK_OPERATIONS, { operation, caller }, () => {
      if (!who.ok) throw who.refusal;
      if (faults.chance(`${operation} throttled`, THROTTLED_PROBABILITY)) throw ratelimited(1);
      if (faults.chance(`${operation} unavailable`, UNAVAILABLE_PROBABILITY)) throw unavailable();
      const done = perform(operation, who.app, who.args);
      if (faults.chance(`${operation} late error`, LATE_ERROR_PROBABILITY))
        throw new SlackRefusal("internal_error");
      return done;
    });
    const scopes = who.ok ? { "x-oauth-scopes": [...who.app.scopes].join(",") } : {};
    return { status: 200, headers: { ...standardHeaders(), ...scopes }, json: { ok: true, ...body } };
  }

  function perform(operation: SlackOperation, app: SlackApp, args: Arguments): object {
    const shorten = (limit: number) =>
      faults.chance(`${operation} short page`, SHORT_PAGE_PROBABILITY) ? Math.min(limit, SHORT_PAGE) : limit;
    const context = { workspace, app, pacing, shorten };
    switch (operation) {
      case "slack:auth.test":
        return identity(workspace, app);
      case "slack:chat.postMessage":
        return postMessage(context, args);
      case "slack:chat.update":
        return updateMessage(context, args);
      case "slack:chat.delete":
        return deleteMessage(context, args);
      case "slack:conversations.history":
        return history(context, args);
      case "slack:conversations.replies":
        return replies(context, args);
    }
  }

  return { host: HOST, listener: jsonListener({ answer, refusal: refusalAnswer }), workspace };
}

type Identified =
  | { readonly ok: true; readonly app: SlackApp; readonly args: Arguments }
  | { readonly ok: false; readonly refusal: Refusal };

function identify(workspace: SlackWorkspace, exchange: Exchange): Identified {
  try {
    const args = argumentsOf(exchange);
    return { ok: true, app: callerOf(workspace, exchange, args), args };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, refusal: error };
    throw error;
  }
}

const identity = ({ teamId }: SlackWorkspace, { name, userId, botId, appId }: SlackApp) => ({
  url: "https://warrener.slack.com/",
  team: "Warrener",
  user: name,
  team_id: teamId,
  user_id: userId,
  bot_id: botId,
  app_id: appId,
  is_enterprise_install: false,
});

const unavailable = (): Refusal => new Refusal(503, "service_unavailable", "service_unavailable");

function refusalAnswer(refusal: Refusal): Answer {
  const details = refusal instanceof SlackRefusal ? refusal.details : {};
  return {
    status: refusal.status,
    headers: { ...standardHeaders(), ...refusal.headers },
    json: { ok: false, error: refusal.code, ...details },
  };
}

const standardHeaders = () => ({
  "x-slack-req-id": randomUUID(),
  "cache-control": "private, no-cache, no-store",
});
