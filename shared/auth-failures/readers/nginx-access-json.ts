/** A line of nginx's access log as a JSON object with the names of its variables (nginx-access.ts says which). */
import type { FailureClass } from "../schema.ts";
import { addressOf, commonNameOf, ownName, serialOf } from "./fields.ts";
import { type JsonObject, textIn, valueIn, wholeNumberIn } from "./json-object.ts";
import { type Access, failureOfAnswer } from "./nginx-answer.ts";
import { classOfX509Error } from "./x509-errors.ts";

export function readAccessJson(
  record: JsonObject,
  own: readonly string[],
): Access | "not-mine" | "unreadable" {
  const verify = textIn(record, "ssl_client_verify");
  const isMine = verify !== null || (Object.hasOwn(record, "remote_addr") && Object.hasOwn(record, "status"));
  if (!isMine) return "not-mine";
  const status = wholeNumberIn(record, "status");
  if (status === null) return "unreadable";
  const failure = failureOf(verify, status, answeredBy(record));
  if (failure === null) return "not-mine";
  return {
    failure,
    upstream: textIn(record, "proxy_upstream_name") ?? "",
    source: addressOf(textIn(record, "remote_addr")),
    serial: serialOf(textIn(record, "ssl_client_serial")),
    // A name in a certificate that was not verified is whatever its maker likes.
    identity: verify === "SUCCESS" ? ownName(own, commonNameOf(textIn(record, "ssl_client_s_dn"))) : null,
  };
}

/** The upstream's own status; null where the request never got there. Several servers tried are several statuses. */
function answeredBy(record: JsonObject): number | null {
  const value = valueIn(record, "upstream_status");
  if (typeof value === "number") return value;
  const last = typeof value === "string" ? /(?:^|[\s,:])(\d{3})$/.exec(value.slice(-100))?.[1] : undefined;
  return last === undefined ? null : Number(last);
}

/** https://nginx.org/en/docs/http/ngx_http_ssl_module.html#var_ssl_client_verify */
function failureOf(verify: string | null, status: number, upstream: number | null): FailureClass | null {
  // Passed on to relay, whatever was found: relay has decided, and with `optional_no_ca` so it is meant.
  if (upstream !== null) return failureOfAnswer(status, upstream);
  if (verify?.startsWith("FAILED") && status >= 300) return classOfX509Error(verify.slice("FAILED:".length));
  if (verify === "NONE" && [400, 401, 403].includes(status)) return "no-certificate";
  if (verify === "SUCCESS" && status === 403) return "forbidden-scope";
  return failureOfAnswer(status, null);
}
