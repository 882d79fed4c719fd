/** Lines of Envoy and Istio; envoy.ts and envoy-tls.ts name their sources. */
import { CANARY, groupOf, merged, processed, refused, type Samples, wrapped } from "./test-samples.ts";

const tls = (error: string, detail = "") =>
  `TLS_error:|268435581:SSL routines:OPENSSL_internal:${error}${detail === "" ? "" : `:${detail}`}:TLS_error_end`;
const notVerified = (text: string, depth = 0) =>
  tls(
    "CERTIFICATE_VERIFY_FAILED",
    `verify cert failed: X509_verify_cert: certificate verification error at depth ${depth}: ${text}`,
  );

const connection = {
  start_time: "2026-11-21T08:02:00.123Z",
  response_code: 0,
  response_flags: "-",
  downstream_remote_address: "10.10.1.9:50218",
  requested_server_name: CANARY,
  upstream_cluster: null,
  downstream_peer_serial: null,
  downstream_transport_failure_reason: notVerified("certificate has expired"),
};
const event = refused({ reader: "envoy", class: "expired", source: "10.10.1.9" });
const failing = (reason: string) => processed({ ...connection, downstream_transport_failure_reason: reason });

/** Istio's default fields (https://istio.io/latest/docs/tasks/observability/logs/access-log/). */
const request = {
  start_time: "2026-11-21T08:02:00.123Z",
  method: "GET",
  path: `/jobs/${CANARY}`,
  protocol: "HTTP/1.1",
  response_code: 401,
  response_flags: "-",
  response_code_details: "via_upstream",
  connection_termination_details: null,
  upstream_transport_failure_reason: null,
  bytes_received: 0,
  bytes_sent: 52,
  duration: 4,
  x_forwarded_for: CANARY,
  user_agent: CANARY,
  request_id: CANARY,
  authority: CANARY,
  upstream_host: "10.0.2.14:8443",
  upstream_cluster: "outbound|443||relay.relay.svc.cluster.local",
  downstream_remote_address: "10.10.1.9:50218",
  requested_server_name: "relay.example.com",
  route_name: null,
  downstream_peer_subject: "CN=bunny.example.com,O=Example",
  downstream_peer_serial: "4b4d59c42d274f1652b10e01b20a9a7b",
};
const answered = {
  ...event,
  class: "bad-api-key" as const,
  identity: "bunny.example.com",
  serial: "4b4d59c42d274f1652b10e01b20a9a7b",
};

export const envoySamples: Samples = {
  group: groupOf({
    readers: [{ reader: "envoy", upstream: "outbound|443||relay.relay.svc.cluster.local", verifies: true }],
  }),
  samples: [
    { says: "a certificate that has ended", message: processed(connection), reading: event },
    { says: "the same merged into the record", message: merged(connection), reading: event },
    {
      says: "the same without an agent",
      message: JSON.stringify(connection),
      reading: event,
    },
    {
      says: "a certificate that is not valid yet",
      message: failing(notVerified("certificate is not yet valid")),
      reading: { ...event, class: "not-yet-valid" },
    },
    {
      says: "a stranger's CA",
      message: failing(notVerified("unable to get local issuer certificate")),
      reading: { ...event, class: "unknown-ca" },
    },
    {
      says: "a revoked certificate",
      message: failing(notVerified("certificate revoked")),
      reading: { ...event, class: "revoked" },
    },
    {
      says: "a certificate for another purpose",
      message: failing(notVerified("unsupported certificate purpose")),
      reading: { ...event, class: "wrong-purpose" },
    },
    {
      says: "a CA above it that has ended, which is not the caller's fault",
      message: failing(notVerified("certificate has expired", 1)),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "a failure of an earlier Envoy, which gives no detail",
      message: failing(tls("CERTIFICATE_VERIFY_FAILED")),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "a missing certificate",
      message: failing(
        tls("PEER_DID_NOT_RETURN_A_CERTIFICATE", "peer did not provide required client certificate"),
      ),
      reading: { ...event, class: "no-certificate" },
    },
    {
      says: "a good certificate of no name that is let in, whatever its names say",
      message: failing(
        tls(
          "CERTIFICATE_VERIFY_FAILED",
          `verify cert failed: SAN matcher, certificate SANs are [${CANARY}, depth 0: certificate has expired:TLS_error_end]`,
        ),
      ),
      reading: { ...event, class: "forbidden-scope" },
    },
    {
      says: "a caller who does not believe our own certificate, as no refusal of his",
      message: failing(tls("TLSV1_ALERT_UNKNOWN_CA")),
      reading: "not-mine",
    },
    {
      says: "another protocol on this port",
      message: failing(tls("HTTP_REQUEST")),
      reading: "not-mine",
    },
    {
      says: "an error that only names a refusal further on",
      message: failing(`TLS_error:|1:SSL routines:OPENSSL_internal:HTTP_REQUEST:CERTIFICATE_VERIFY_FAILED`),
      reading: "not-mine",
    },
    {
      says: "a detail that only quotes a fault, as one that is not known here",
      message: failing(
        tls(
          "CERTIFICATE_VERIFY_FAILED",
          `other, names are [:verify cert failed: X509_verify_cert: certificate verification error at depth 0: certificate has expired:TLS_error_end]`,
        ),
      ),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "a reason of something else than TLS that quotes one",
      message: failing(`proxy said ${notVerified("certificate has expired")}`),
      reading: "not-mine",
    },
    {
      says: "a reason that was cut off",
      message: failing(notVerified("certificate has exp").slice(0, -14)),
      reading: { ...event, class: "unknown" },
    },
    {
      says: "an IPv6 caller",
      message: processed({ ...connection, downstream_remote_address: "[2001:DB8::0:9]:50218" }),
      reading: { ...event, source: "2001:db8::9" },
    },
    { says: "relay's 401, with the verified name", message: processed(request), reading: answered },
    {
      says: "a 403 of Envoy's own",
      message: processed({
        ...request,
        response_code: 403,
        response_code_details: `rbac_access_denied_matched_policy[${CANARY}]`,
      }),
      reading: { ...answered, class: "forbidden-scope" },
    },
    {
      says: "a verified name that is not the link's, without it",
      message: processed({ ...request, downstream_peer_subject: `CN=${CANARY}` }),
      reading: { ...answered, identity: null },
    },
    {
      says: "another service's 401",
      message: processed({ ...request, upstream_cluster: "outbound|80||shop.shop.svc.cluster.local" }),
      reading: "not-mine",
    },
    {
      says: "a request that went well",
      message: processed({ ...request, response_code: 200 }),
      reading: "not-mine",
    },
    {
      says: "a code that no pattern finds, as it is a text",
      message: processed({ ...request, response_code: "401" }),
      reading: "unreadable",
    },
    {
      says: "a connection without a code",
      message: processed({ ...connection, response_code: "-", downstream_transport_failure_reason: "-" }),
      reading: "not-mine",
    },
    {
      says: "Envoy's text format, in which a caller's quotation marks stand as he wrote them",
      message: wrapped(`[2026-11-21T08:02:00.123Z] "GET /" 401 - "x HTTP/1.1" 200 - via_upstream - "-" 0 52`),
      reading: "not-mine",
    },
    {
      says: "fields that are none of theirs, without them",
      message: processed({ ...request, downstream_remote_address: CANARY, downstream_peer_serial: CANARY }),
      reading: { ...answered, source: null, serial: null },
    },
    { says: "a line that was cut off", message: processed(request).slice(0, 200), reading: "unreadable" },
  ],
};
