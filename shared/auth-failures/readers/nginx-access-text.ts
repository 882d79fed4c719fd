/**
 * A line of ingress-nginx in its own format:
 *
 *     $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"
 *     $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr
 *     $upstream_response_length $upstream_response_time $upstream_status $req_id
 *
 * Most of it is the caller's own text, in which nginx writes a quotation mark as \x22
 * (https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format, escape=default). So the marks that stand there
 * as such are nginx's own, and the fields are found by counting them.
 */
import { addressOf } from "./fields.ts";
import { type Access, failureOfAnswer } from "./nginx-answer.ts";

/** Before the request, after it, between referer and agent, and so on. */
const PARTS = 7;
const ANSWER = /^ (\d{3}) \d{1,20} $/;
const TAIL = /^ \d{1,20} \d{1,12}\.\d{1,6} \[([^\]\s]{0,512})\] \[[^\]\s]{0,512}\] ([^[\]]{1,2000})$/;

export function readAccessText(text: string): Access | "not-mine" | "unreadable" {
  const caller = /^(\S{2,45}) - [^"]{0,2000}\] $/;
  const parts = text.trimEnd().split('"', PARTS + 1);
  const [, source] = caller.exec(parts[0] ?? "") ?? [];
  const [, status] = ANSWER.exec(parts[2] ?? "") ?? [];
  if (source === undefined || status === undefined) return "not-mine";
  const [, upstream, rest] = TAIL.exec(parts[PARTS - 1] ?? "") ?? [];
  const failure = failureOfAnswer(Number(status), statusIn(rest));
  // Cut off, it still says that somebody was refused, and not by whom.
  if (upstream === undefined || parts.length !== PARTS) return failure === null ? "not-mine" : "unreadable";
  if (failure === null) return "not-mine";
  return { failure, upstream, source: addressOf(source), serial: null, identity: null };
}

/** The last but one of what follows the names. */
function statusIn(rest: string | undefined): number | null {
  const status = rest?.split(" ").at(-2) ?? "";
  return /^\d{3}$/.test(status) ? Number(status) : null;
}
