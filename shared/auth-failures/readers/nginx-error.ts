/**
 * The error log of nginx and ingress-nginx, which at level `info` says why a certificate was refused:
 *
 *     2026/11/21 08:02:00 [info] 31#31: *45 client SSL certificate verify error: (10:certificate has expired) while
 *     reading client request headers, client: 10.10.1.9, server: relay.example.com, request: "GET / HTTP/1.1", host: "…"
 *
 * (https://github.com/nginx/nginx/blob/master/src/http/ngx_http_request.c, `ngx_http_process_request`, and
 * `ngx_http_log_error` for what follows). From `request:` on it is the caller's own text, which is why each part is
 * read at its place and none is searched for.
 */
import type { FailureClass } from "../schema.ts";
import { addressOf } from "./fields.ts";
import { type Reader, type Reading, refusedEvent } from "./reader.ts";
import { classOfX509Error } from "./x509-errors.ts";

const VERIFY_ERROR = "client SSL certificate verify error: ";
const NO_CERTIFICATE = "client sent no required SSL certificate";
const MARKS = [VERIFY_ERROR.trim(), NO_CERTIFICATE];

/** The date, the level, the process and the connection. */
const PREFIX = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]{1,8}\] \d{1,10}#\d{1,10}: (?:\*\d{1,20} )?/;
/** What was done meanwhile, and whose it was. No class of characters overlaps the one that follows it. */
const CONTEXT =
  /^ while [A-Za-z0-9/ ]{1,80}, client: ([0-9a-fA-F.:]{2,45}), server: ([^,\s]{1,253})(?:,|\s*$)/;
/** What it is about, up to there. */
const MESSAGE_LENGTH_MAX = 200;

export interface NginxErrorSettings {
  /** `server_name` of relay's server: the lines of another are not read. */
  readonly server?: string | undefined;
}

export const nginxErrorReader = ({ server }: NginxErrorSettings): Reader => ({
  name: "nginx-error",
  filters: {
    json: MARKS.map((mark) => `$.log = "*${mark}*"`),
    text: MARKS.map((mark) => `"${mark}"`),
  },
  read: (line, at) => {
    const message = line.text?.replace(PREFIX, "") ?? "";
    // Without its beginning it is another program's, or a caller's text somewhere in it.
    if (line.text === null || message.length === line.text.length) return "not-mine";
    const failure = failureIn(message);
    return failure === null ? "not-mine" : readContext(failure, server, at);
  },
});

interface Failure {
  readonly class: FailureClass;
  readonly rest: string;
}

function failureIn(message: string): Failure | null {
  if (message.startsWith(NO_CERTIFICATE)) {
    return { class: "no-certificate", rest: message.slice(NO_CERTIFICATE.length) };
  }
  if (!message.startsWith(VERIFY_ERROR)) return null;
  const detail = message.slice(VERIFY_ERROR.length, VERIFY_ERROR.length + MESSAGE_LENGTH_MAX);
  const end = detail.indexOf(" while ");
  const rest = end === -1 ? "" : message.slice(VERIFY_ERROR.length + end);
  return { class: classOfX509Error(textOf(end === -1 ? detail : detail.slice(0, end))), rest };
}

/** `(10:certificate has expired)`; of a certificate that OCSP does not accept, the text alone. */
const textOf = (detail: string): string => /^\(\d{1,3}:([^)]*)\)$/.exec(detail)?.[1] ?? detail;

function readContext(failure: Failure, server: string | undefined, at: number): Reading {
  const [whole, client, name] = CONTEXT.exec(failure.rest) ?? [];
  // Cut off: who it was cannot be told, nor whose server it was.
  if (whole === undefined || client === undefined) return "unreadable";
  if (server !== undefined && name !== server) return "not-mine";
  return refusedEvent("nginx-error", at, failure.class, { source: addressOf(client) });
}
