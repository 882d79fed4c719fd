/**
 * What a failure of Slack means: who must act, and whether the call may have had an effect. Of Slack's client only
 * codes are kept: its errors carry whole answers and headers.
 *
 * The codes are those of https://docs.slack.dev/reference/methods/chat.postMessage and of the other methods' pages.
 */
import * as z from "zod";
import { CLOUD_CODE, CloudError, ConfigError } from "../../runtime/errors.ts";

/** Slack's answers without a time to wait are waited for as long as its longest window. */
const RETRY_AFTER_SECONDS = 60;

const WRONG_TOKEN: ReadonlySet<string> = new Set([
  "access_denied",
  "account_inactive",
  "accesslimited",
  "invalid_auth",
  "no_permission",
  "not_allowed_token_type",
  "not_authed",
  "team_access_not_granted",
  "token_expired",
  "token_revoked",
  "two_factor_setup_required",
]);
const ARCHIVED: ReadonlySet<string> = new Set(["channel_is_frozen", "is_archived", "is_inactive"]);
/** The workspace's own rules. */
const RESTRICTED: ReadonlySet<string> = new Set(["ekm_access_denied", "enterprise_is_restricted"]);
const RESTRICTED_ACTION = /^restricted_action/;
const THROTTLED: ReadonlySet<string> = new Set(["message_limit_exceeded", "rate_limited", "ratelimited"]);
/** "It's possible some aspect of the operation succeeded before the error was raised", or it passes by itself. */
const UNKNOWN: ReadonlySet<string> = new Set([
  "external_channel_migrating",
  "fatal_error",
  "internal_error",
  "invalid_cursor",
  "org_login_required",
  "request_timeout",
  "service_unavailable",
  "team_added_to_org",
  "update_failed",
]);

const Refused = z.object({
  code: z.literal("slack_webapi_platform_error"),
  data: z.object({ error: z.string(), needed: z.unknown().optional() }),
});
const RateLimited = z.object({
  code: z.literal("slack_webapi_rate_limited_error"),
  retryAfter: z.number().nonnegative(),
});
const HttpFailure = z.object({ code: z.literal("slack_webapi_http_error"), statusCode: z.int() });
const Scopes = z.string().regex(/^[\w:.]{1,60}(,[\w:.]{1,60}){0,9}$/);

export interface SlackCall {
  /** As Slack names it, such as `chat.postMessage`. */
  readonly method: string;
  /** The key of the incident that is told. */
  readonly target: string;
  /** The channel's id. */
  readonly channel: string;
}

/** The code with which Slack said no; undefined for every other failure. */
export function refusalOf(error: unknown): string | undefined {
  const refused = Refused.safeParse(error);
  return refused.success ? refused.data.data.error : undefined;
}

export function slackFailure(call: SlackCall, error: unknown): ConfigError | CloudError {
  const limited = RateLimited.safeParse(error);
  if (limited.success) return throttled(call, "ratelimited", limited.data.retryAfter);
  const http = HttpFailure.safeParse(error);
  // A 4xx is of something between us and Slack: its own refusals are 200.
  if (http.success) return failed(call, `http-${http.data.statusCode}`, http.data.statusCode >= 500);
  const refused = Refused.safeParse(error);
  if (!refused.success) return failed(call, "unreachable", true);
  const { error: code, needed } = refused.data.data;
  if (!CLOUD_CODE.test(code)) return failed(call, "unreadable-answer", true);
  const remedy = remedyOf(call.channel, code, needed);
  if (remedy !== null) return new ConfigError(`Slack refused ${call.method} with ${code}: ${remedy}`);
  if (THROTTLED.has(code)) return throttled(call, code, RETRY_AFTER_SECONDS);
  return failed(call, code, UNKNOWN.has(code));
}

/** Null for what the operator cannot mend. */
function remedyOf(channel: string, code: string, needed: unknown): string | null {
  if (WRONG_TOKEN.has(code))
    return "put the Slack app's current bot token into the stage's secret slack-token";
  if (code === "missing_scope") {
    const scopes = Scopes.safeParse(needed);
    const lacks = scopes.success ? scopes.data : "chat:write";
    return `give the Slack app the bot scope ${lacks}, install it again, and put its token into the stage's secret slack-token`;
  }
  if (code === "not_in_channel") return `invite the Slack app into the channel ${channel}`;
  if (code === "channel_not_found")
    return `is ${channel} the id of a channel in the token's workspace? Name another one as alerts.slack.channel, or invite the app if it is private`;
  if (ARCHIVED.has(code))
    return `the channel ${channel} is archived: restore it, or name another one as alerts.slack.channel`;
  if (RESTRICTED.has(code) || RESTRICTED_ACTION.test(code))
    return `the workspace does not let the Slack app write there: allow it in the channel ${channel}, or name another one as alerts.slack.channel`;
  return null;
}

const failed = ({ method: operation, target }: SlackCall, code: string, retryable: boolean): CloudError =>
  new CloudError({ provider: "slack", operation, target, code, retryable });

const throttled = (call: SlackCall, code: string, retryAfterSeconds: number): CloudError =>
  new CloudError({
    provider: "slack",
    operation: call.method,
    target: call.target,
    code,
    retryable: true,
    throttled: true,
    retryAfterSeconds,
  });
