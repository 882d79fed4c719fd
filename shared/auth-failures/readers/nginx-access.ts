/**
 * The access log of nginx and ingress-nginx. As a JSON object with the names of nginx's variables it says what came of
 * the certificate; in ingress-nginx's own format, `upstreaminfo`, only what was answered
 * (https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/):
 *
 *     {"remote_addr":"$remote_addr","status":$status,"upstream_status":"$upstream_status",
 *      "proxy_upstream_name":"$proxy_upstream_name","ssl_client_verify":"$ssl_client_verify",
 *      "ssl_client_serial":"$ssl_client_serial","ssl_client_s_dn":"$ssl_client_s_dn"}
 *
 * A certificate that was refused, or is missing, is logged with status 400 unless an `error_page` says otherwise
 * (https://github.com/nginx/nginx/blob/master/src/http/ngx_http_special_response.c), and so is every malformed request:
 * 400 alone says nothing. Who was accepted is not read from here: there is a line for each request.
 */
import { anyOf, bothPlaces } from "./filter.ts";
import { readAccessJson } from "./nginx-access-json.ts";
import { readAccessText } from "./nginx-access-text.ts";
import { type Reader, refusedEvent } from "./reader.ts";

export interface NginxAccessSettings {
  /**
   * `$proxy_upstream_name` of relay (`<namespace>-<service>-<port>`): the lines of another are not read. A request that
   * is refused for its certificate has none, and is read whichever server it was for.
   */
  readonly upstream?: string | undefined;
}

/** relay's answers to a caller's API key (docs/workloads.md), and nginx's own codes where an `error_page` keeps them. */
const STATUSES = [401, 403, 495, 496];

/** A variable that was never set, as nginx writes it. */
const NO_UPSTREAM = ["", "-"];

export const nginxAccessReader = ({ upstream }: NginxAccessSettings, own: readonly string[]): Reader => ({
  name: "nginx-access",
  filters: {
    json: [
      ...bothPlaces((root) =>
        anyOf([
          `${root}.ssl_client_verify = "FAILED*"`,
          `(${root}.ssl_client_verify = "NONE" && ${root}.status = 400)`,
          ...STATUSES.map((status) => `${root}.status = ${status}`),
        ]),
      ),
      ...STATUSES.map((status) => `$.log = "* ${status} *"`),
    ],
    text: STATUSES.map((status) => `" ${status} "`),
  },
  read: (line, at) => {
    if (line.place === "log") return "not-mine";
    const access = line.record === null ? readAccessText(line.text ?? "") : readAccessJson(line.record, own);
    if (access === "not-mine" || access === "unreadable") return access;
    const { failure, source, serial, identity } = access;
    if (upstream !== undefined && ![...NO_UPSTREAM, upstream].includes(access.upstream)) return "not-mine";
    return refusedEvent("nginx-access", at, failure, { source, serial, identity });
  },
});
