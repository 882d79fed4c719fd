/**
 * The access logs of Envoy and Istio, as JSON with the operators' names in lower case, which Istio has by default
 * (https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format). In Envoy's text format
 * a caller's quotation marks stand as he wrote them, so nothing in it is to be believed, and it is not read.
 *
 * A caller whose certificate is refused never gets to HTTP: he is in the listener's log alone, and only with
 * `"downstream_transport_failure_reason": "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%"`
 * (https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage).
 */
import type { Instant } from "../../runtime/instant.ts";
import type { FailureClass } from "../schema.ts";
import { classOfTlsFailure, REFUSING_TLS_ERRORS } from "./envoy-tls.ts";
import { addressBeforePort, commonNameOf, ownName, serialOf } from "./fields.ts";
import { anyOf, bothPlaces } from "./filter.ts";
import { isSaid, type JsonObject, textIn, valueIn, wholeNumberIn } from "./json-object.ts";
import { type Reader, type Reading, refusedEvent } from "./reader.ts";

export interface EnvoySettings {
  /** `%UPSTREAM_CLUSTER%` of relay: the requests to another are not read. A refused certificate has none. */
  readonly upstream?: string | undefined;
  /**
   * No request comes through whose certificate Envoy has not verified. No line says so: with `ACCEPT_UNTRUSTED`, or
   * without a trusted CA, it logs the names and the serial of whatever certificate a caller made for himself
   * (https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/common.proto).
   */
  readonly verifies: boolean;
}

const MARKS = ["response_flags", "response_code_details", "downstream_transport_failure_reason"];

/** relay's answers to a caller's API key, and Envoy's own where its filters refuse one. */
const CLASSES: ReadonlyMap<number, FailureClass> = new Map([
  [401, "bad-api-key"],
  [403, "forbidden-scope"],
]);

export const envoyReader = (settings: EnvoySettings, own: readonly string[]): Reader => ({
  name: "envoy",
  filters: {
    json: bothPlaces((root) =>
      anyOf([
        ...REFUSING_TLS_ERRORS.map((error) => `${root}.downstream_transport_failure_reason = "*${error}*"`),
        ...[...CLASSES.keys()].map((code) => `${root}.response_code = ${code}`),
      ]),
    ),
    text: [],
  },
  read: (line, at) => {
    const { record } = line;
    if (record === null || line.place === "log" || !MARKS.some((mark) => Object.hasOwn(record, mark))) {
      return "not-mine";
    }
    const tls = textIn(record, "downstream_transport_failure_reason") ?? "";
    const failure = classOfTlsFailure(tls);
    if (failure !== null) return refused(record, at, failure, null);
    return readRequest(record, at, settings, own);
  },
});

function readRequest(
  record: JsonObject,
  at: Instant,
  { upstream, verifies }: EnvoySettings,
  own: readonly string[],
): Reading {
  const code = wholeNumberIn(record, "response_code");
  // A connection has no code; a request whose code is no number was written in a way that no pattern finds.
  if (code === null) return isSaid(valueIn(record, "response_code")) ? "unreadable" : "not-mine";
  const failure = CLASSES.get(code);
  if (failure === undefined) return "not-mine";
  if (upstream !== undefined && textIn(record, "upstream_cluster") !== upstream) return "not-mine";
  const subject = textIn(record, "downstream_peer_subject");
  const identity = verifies ? ownName(own, commonNameOf(subject)) : null;
  return refused(record, at, failure, identity);
}

const refused = (record: JsonObject, at: Instant, failure: FailureClass, identity: string | null): Reading =>
  refusedEvent("envoy", at, failure, {
    source: addressBeforePort(textIn(record, "downstream_remote_address")),
    serial: serialOf(textIn(record, "downstream_peer_serial")),
    identity,
  });
