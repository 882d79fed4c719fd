/** A request as Slack reads it: the method, who calls, and the arguments, from a form or from JSON. */
import * as z from "zod";
import type { Exchange } from "../network/json-listener.ts";
import { badArguments, SlackRefusal } from "./operations.ts";
import type { SlackApp, SlackWorkspace } from "./workspace.ts";

export type Arguments = Readonly<Record<string, unknown>>;

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

/** Undefined for what is not below the API's path. */
export const methodOf = (path: string): string | undefined => /^\/api\/([\w.]+)$/.exec(path)?.[1];

/** Values of a form are texts: those that hold more are JSON in them. */
export function argumentsOf({ method, url, headers, body }: Exchange): Arguments {
  if (method === "GET") return Object.fromEntries(url.searchParams);
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === FORM) return Object.fromEntries(new URLSearchParams(body.toString("utf8")));
  if (type !== JSON_TYPE) throw new SlackRefusal("invalid_post_type");
  const parsed = z.record(z.string(), z.unknown()).safeParse(jsonOf(body.toString("utf8")));
  if (!parsed.success) throw new SlackRefusal("invalid_form_data");
  return parsed.data;
}

/** Throws for a token that is none, or no longer one. */
export function callerOf(workspace: SlackWorkspace, { headers }: Exchange, args: Arguments): SlackApp {
  const given = z.string().safeParse(args["token"]);
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1] ?? given.data;
  if (token === undefined || token === "") throw new SlackRefusal("not_authed");
  if (workspace.isRevoked(token)) throw new SlackRefusal("token_revoked");
  const app = workspace.appOf(token);
  if (app === undefined) throw new SlackRefusal("invalid_auth");
  if (app.state === "removed") throw new SlackRefusal("account_inactive");
  return app;
}

/** What stands in a form as JSON text is parsed; undefined for text that is no JSON. */
export function embedded(value: unknown): unknown {
  return typeof value === "string" ? jsonOf(value) : value;
}

export function parseArguments<T>(schema: z.ZodType<T>, args: Arguments): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${message} [json-pointer:/${path.join("/")}]`,
  );
  throw badArguments("invalid_arguments", faults);
}

/** In a form `true`, `1`; in JSON a boolean. */
export const Flag = z
  .union([z.boolean(), z.literal(["true", "1", "false", "0", ""])])
  .optional()
  .transform((value) => value === true || value === "true" || value === "1");

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
