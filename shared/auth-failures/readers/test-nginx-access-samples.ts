/** Lines of the access log of nginx and ingress-nginx; nginx-access.ts names their sources. */
import {
  CANARY,
  groupOf,
  merged,
  processed,
  refused,
  type Sample,
  type Samples,
  wrapped,
} from "./test-samples.ts";

const access = {
  time: "2026-11-21T08:02:00+00:00",
  remote_addr: "10.10.1.9",
  x_forwarded_for: CANARY,
  status: 400,
  upstream_status: "",
  proxy_upstream_name: "",
  ssl_client_verify: "FAILED:certificate has expired",
  ssl_client_serial: "4B4D59C42D274F1652B10E01B20A9A7B",
  ssl_client_s_dn: "CN=bunny.example.com,O=Example",
  path: `/jobs/${CANARY}`,
  http_user_agent: CANARY,
};
const failed = refused({
  reader: "nginx-access",
  class: "expired",
  source: "10.10.1.9",
  serial: "4b4d59c42d274f1652b10e01b20a9a7b",
});
const answered = {
  ...access,
  ssl_client_verify: "SUCCESS",
  proxy_upstream_name: "relay-relay-443",
  status: 401,
  upstream_status: "401",
};

const agent = `"${CANARY}" "curl/8 \\x22 401 \\x22"`;
const combined = (status: number, upstream = "relay-relay-443", upstreamStatus = String(status)) =>
  `10.10.1.9 - - [21/Nov/2026:08:02:00 +0000] "GET /jobs/${CANARY} HTTP/1.1" ${status} 52 ${agent} 210 0.004 [${upstream}] [] 10.0.2.14:8443 52 0.004 ${upstreamStatus} 1c9f5d0e8a7b4c3d2e1f0a9b8c7d6e5f`;

const combinedEvent = { ...failed, class: "bad-api-key" as const, serial: null };

const textCases: [string, string, Sample["reading"]][] = [
  ["relay's 401", combined(401), combinedEvent],
  ["relay's 403", combined(403), { ...combinedEvent, class: "forbidden-scope" }],
  ["a 403 of nginx's own", combined(403, "relay-relay-443", "-"), { ...combinedEvent, class: "unknown" }],
  ["a 496 that an error_page keeps", combined(496, "-", "-"), { ...combinedEvent, class: "no-certificate" }],
  ["a 400, which alone says nothing", combined(400, "-", "-"), "not-mine"],
  ["a request that went well", combined(200), "not-mine"],
  ["another service's 401", combined(401, "shop-shop-80"), "not-mine"],
  [
    "a caller who writes a status into his user name",
    combined(200).replace("- - [", "- x [1] \\x22GET /\\x22 401 1 ["),
    "not-mine",
  ],
  ["a line that was cut off behind the status", combined(401).slice(0, 110), "unreadable"],
  ["a line that was cut off before it", combined(401).slice(0, 70), "not-mine"],
  ["an address that is none", combined(401).replace("10.10.1.9", CANARY), { ...combinedEvent, source: null }],
  ["more quotation marks than the format has", `${combined(401)} "x"`, "unreadable"],
];

export const nginxAccessSamples: Samples = {
  group: groupOf({ readers: [{ reader: "nginx-access", upstream: "relay-relay-443" }] }),
  samples: [
    { says: "a certificate that has ended", message: processed(access), reading: failed },
    {
      says: "the same with a mark in place of the upstream that there is not",
      message: processed({ ...access, proxy_upstream_name: "-", upstream_status: "-" }),
      reading: failed,
    },
    { says: "the same merged into the record", message: merged(access), reading: failed },
    {
      says: "the same without an agent",
      message: JSON.stringify(access),
      reading: failed,
    },
    {
      says: "a certificate of a stranger, and not the name that it claims",
      message: processed({ ...access, ssl_client_verify: "FAILED:self-signed certificate" }),
      reading: { ...failed, class: "unknown-ca" },
    },
    {
      says: "a failure without a reason",
      message: processed({ ...access, ssl_client_verify: "FAILED" }),
      reading: { ...failed, class: "unknown" },
    },
    {
      says: "a missing certificate",
      message: processed({ ...access, ssl_client_verify: "NONE", ssl_client_serial: "" }),
      reading: { ...failed, class: "no-certificate", serial: null },
    },
    {
      says: "a refused certificate that an error_page sends elsewhere",
      message: processed({ ...access, status: 302 }),
      reading: failed,
    },
    {
      says: "a bad certificate that is let through to relay, whose business it is",
      message: processed({ ...access, status: 200, upstream_status: "200" }),
      reading: "not-mine",
    },
    {
      says: "a bad certificate that nginx itself answers all the same, as it is told to",
      message: processed({ ...access, status: 204 }),
      reading: "not-mine",
    },
    {
      says: "relay's 401, with the verified name",
      message: processed(answered),
      reading: { ...failed, class: "bad-api-key", identity: "bunny.example.com" },
    },
    {
      says: "relay's 403 after a server that did not answer",
      message: processed({ ...answered, status: 403, upstream_status: "502, 403" }),
      reading: { ...failed, class: "forbidden-scope", identity: "bunny.example.com" },
    },
    {
      says: "a good certificate that an annotation does not let in",
      message: processed({ ...answered, status: 403, upstream_status: "-" }),
      reading: { ...failed, class: "forbidden-scope", identity: "bunny.example.com" },
    },
    {
      says: "a verified name that is not the link's, without it",
      message: processed({ ...answered, ssl_client_s_dn: `CN=${CANARY}` }),
      reading: { ...failed, class: "bad-api-key" },
    },
    {
      says: "a name behind another one that only looks like it",
      message: processed({ ...answered, ssl_client_s_dn: "CN=x\\,CN=bunny.example.com,O=Example" }),
      reading: { ...failed, class: "bad-api-key" },
    },
    {
      says: "another service's 401",
      message: processed({ ...answered, proxy_upstream_name: "shop-shop-80" }),
      reading: "not-mine",
    },
    {
      says: "a request that went well",
      message: processed({ ...answered, status: 200, upstream_status: "200" }),
      reading: "not-mine",
    },
    {
      says: "a status that no pattern finds, as it is a text",
      message: processed({ ...access, status: "400" }),
      reading: "unreadable",
    },
    {
      says: "another program's JSON with a status",
      message: processed({ status: 401, message: CANARY }),
      reading: "not-mine",
    },
    ...textCases.map(([says, line, reading]) => ({
      says: `in ingress-nginx's own format ${says}`,
      message: wrapped(`${line}\n`),
      reading,
    })),
  ],
};

export const nginxAccessTextSamples: Samples = {
  group: groupOf({
    readers: [{ reader: "nginx-access", upstream: "relay-relay-443" }],
    lines: "text",
  }),
  samples: textCases.map(([says, message, reading]) => ({ says, message, reading })),
};
