/** Lines that AWS itself writes: VPC Lattice, WAF, Site-to-Site VPN. The readers name their sources. */
import { CANARY, groupOf, processed, refused, type Sample, type Samples } from "./test-samples.ts";

const served = {
  serviceArn: "arn:aws:vpc-lattice:eu-west-2:111122223333:service/svc-0a1b2c3d4e5f60718",
  sourceVpcId: "vpc-0a1b",
  sourceIpPort: "10.10.1.9:41854",
  destinationVpcId: "vpc-0c1d",
  targetGroupArn: "-",
  targetIpPort: "-",
  startTime: "2026-11-21T08:02:00Z",
  requestMethod: "GET",
  requestPath: `/jobs/${CANARY}`,
  protocol: "HTTP/1.1",
  responseCode: 403,
  bytesReceived: 0,
  bytesSent: 52,
  duration: 4,
  userAgent: CANARY,
  hostHeader: CANARY,
  serverNameIndication: CANARY,
  callerPrincipal: "-",
  callerX509SubjectCN: "-",
  callerX509SANDNS: "-",
  authPolicy: "-",
  authDeniedReason: "Service",
  failureReason: "-",
  resolvedUser: "Unknown",
};
const denied = refused({ reader: "lattice", class: "forbidden-scope", source: "10.10.1.9" });
const lattice = (fields: object) => JSON.stringify({ ...served, ...fields });

export const latticeSamples: Samples = {
  group: groupOf({ readers: [{ reader: "lattice" }] }),
  samples: [
    { says: "a caller that the service's policy denies", message: lattice({}), reading: denied },
    {
      says: "one that the network's policy denies",
      message: lattice({ authDeniedReason: "Network" }),
      reading: denied,
    },
    {
      says: "relay's own 401",
      message: lattice({ responseCode: 401, authDeniedReason: "-" }),
      reading: { ...denied, class: "bad-api-key" },
    },
    { says: "relay's own 403", message: lattice({ authDeniedReason: "-" }), reading: denied },
    {
      says: "the link's own name by its common name",
      message: lattice({ callerX509SubjectCN: "bunny.example.com" }),
      reading: { ...denied, identity: "bunny.example.com" },
    },
    {
      says: "the link's own name by its DNS name",
      message: lattice({ callerX509SANDNS: "Bunny-2.example.com" }),
      reading: { ...denied, identity: "bunny-2.example.com" },
    },
    {
      says: "another's name, without it",
      message: lattice({ callerX509SubjectCN: CANARY, callerPrincipal: CANARY }),
      reading: denied,
    },
    {
      says: "an IPv6 caller",
      message: lattice({ sourceIpPort: "[2001:db8::9]:41854" }),
      reading: { ...denied, source: "2001:db8::9" },
    },
    {
      says: "an IPv6 caller whose port cannot be told from his address",
      message: lattice({ sourceIpPort: "2001:db8:0:0:0:0:0:9:41854" }),
      reading: { ...denied, source: null },
    },
    {
      says: "an address that is none",
      message: lattice({ sourceIpPort: CANARY }),
      reading: { ...denied, source: null },
    },
    { says: "a request that went well", message: lattice({ responseCode: 200 }), reading: "not-mine" },
    {
      says: "a connection that was passed through",
      message: lattice({ responseCode: "-" }),
      reading: "not-mine",
    },
    { says: "a code that is no number", message: lattice({ responseCode: CANARY }), reading: "unreadable" },
    { says: "a pod that writes such a line", message: processed(served), reading: "not-mine" },
    { says: "another JSON document", message: JSON.stringify({ responseCode: 403 }), reading: "not-mine" },
    { says: "a line that was cut off", message: lattice({}).slice(0, 300), reading: "unreadable" },
  ],
};

const inspected = {
  timestamp: 1_795_248_120_123,
  formatVersion: 1,
  webaclId: "arn:aws:wafv2:eu-west-2:111122223333:regional/webacl/relay/0a1b",
  terminatingRuleId: CANARY,
  terminatingRuleType: "RATE_BASED",
  action: "BLOCK",
  terminatingRuleMatchDetails: [{ conditionType: "XSS", matchedData: [CANARY] }],
  httpSourceName: "ALB",
  httpRequest: {
    clientIp: "203.0.113.77",
    country: "GB",
    headers: [{ name: "authorization", value: CANARY }],
    uri: `/jobs/${CANARY}`,
    args: CANARY,
    httpMethod: "GET",
    requestId: CANARY,
  },
  labels: [{ name: CANARY }],
};
const blocked = refused({ reader: "waf", class: "waf-block", source: "203.0.113.77" });
const waf = (fields: object) => JSON.stringify({ ...inspected, ...fields });

export const wafSamples: Samples = {
  group: groupOf({ readers: [{ reader: "waf" }] }),
  samples: [
    { says: "a request that is blocked", message: waf({}), reading: blocked },
    { says: "one that is held for a CAPTCHA", message: waf({ action: "CAPTCHA" }), reading: blocked },
    { says: "one that is challenged", message: waf({ action: "CHALLENGE" }), reading: blocked },
    {
      says: "an IPv6 caller",
      message: waf({ httpRequest: { clientIp: "2001:DB8::0:9" } }),
      reading: { ...blocked, source: "2001:db8::9" },
    },
    {
      says: "an address that is none",
      message: waf({ httpRequest: { clientIp: CANARY } }),
      reading: { ...blocked, source: null },
    },
    {
      says: "a request without an address",
      message: waf({ httpRequest: {} }),
      reading: { ...blocked, source: null },
    },
    { says: "a request that is let through", message: waf({ action: "ALLOW" }), reading: "not-mine" },
    { says: "a rule that only counts", message: waf({ action: "COUNT" }), reading: "not-mine" },
    {
      says: "rules that counted before one let it through",
      message: waf({ action: "ALLOW", nonTerminatingMatchingRules: [{ ruleId: "x", action: "BLOCK" }] }),
      reading: "not-mine",
    },
    { says: "an action that is not known here", message: waf({ action: "TARPIT" }), reading: "unreadable" },
    { says: "no action", message: waf({ action: undefined }), reading: "unreadable" },
    { says: "a block of nothing", message: waf({ httpRequest: [CANARY] }), reading: "unreadable" },
    { says: "a pod that writes such a line", message: processed(inspected), reading: "not-mine" },
    { says: "another JSON document", message: JSON.stringify({ action: "BLOCK" }), reading: "not-mine" },
    { says: "a line that was cut off", message: waf({}).slice(0, 300), reading: "unreadable" },
  ],
};

const stream = "vpn-0a1b2c3d4e5f60718-198.51.100.10-IKE";
const negotiated = {
  event_timestamp: 1_795_248_120,
  timestamp: "2026-11-21 08:02:00.123Z",
  details: "AWS tunnel detected a pre-shared key mismatch with cgw: 203.0.113.20",
  dpd_enabled: true,
  nat_t_detected: false,
  ike_phase1_state: "down",
  ike_phase2_state: "down",
};
const mismatch = refused({
  reader: "ike",
  class: "pre-shared-key-mismatch",
  source: "203.0.113.20",
  tunnel: "198.51.100.10",
});
const ike = (says: string, fields: object, reading: Sample["reading"], name: string = stream): Sample => ({
  says,
  message: JSON.stringify({ ...negotiated, ...fields }),
  stream: name,
  reading,
});

export const ikeSamples: Samples = {
  group: groupOf({ readers: [{ reader: "ike" }] }),
  samples: [
    ike("a key that is not the same at both ends", {}, mismatch),
    ike(
      "the same of IKEv1, which names no address",
      { details: "AWS tunnel payload decryption was unsuccessful due to invalid Pre-shared Key" },
      { ...mismatch, source: null },
    ),
    ike(
      "an authentication that failed, which may have other reasons",
      { details: "AWS tunnel is sending AUTHENTICATION_FAILED as the response" },
      { ...mismatch, class: "ike-authentication", source: null },
    ),
    ike("an address at the end of a sentence", { details: `${negotiated.details}.` }, mismatch),
    ike(
      "an address that is none",
      { details: "pre-shared key mismatch with cgw: 999.1.1.1" },
      { ...mismatch, source: null },
    ),
    ike("the tunnel by its address alone", {}, mismatch, "198.51.100.10"),
    ike("a stream without an address", {}, { ...mismatch, tunnel: null }, "vpn-0a1b2c3d4e5f60718"),
    ike("a stream with two addresses", {}, { ...mismatch, tunnel: null }, "198.51.100.10-198.51.100.11"),
    ike("a stream with a longer number", {}, { ...mismatch, tunnel: null }, "vpn-1.198.51.100.10"),
    ike(
      "a peer that does not answer",
      { details: "AWS tunnel DPD timed out after 3 retransmits" },
      "not-mine",
    ),
    ike("no common proposal", { details: "No Proposal Match Found by AWS" }, "not-mine"),
    ike(
      "a tunnel that is up",
      { details: "AWS tunnel IKE_SA established", ike_phase1_state: "established" },
      "not-mine",
    ),
    ike("details that are no text", { details: { text: CANARY } }, "unreadable"),
    ike("details without an end", { details: `pre-shared key mismatch ${"x".repeat(2_000)}` }, "unreadable"),
    ike("another JSON document", { ike_phase1_state: undefined }, "not-mine"),
    { says: "a pod that writes such a line", message: processed(negotiated), stream, reading: "not-mine" },
    {
      says: "a line that was cut off",
      message: JSON.stringify(negotiated).slice(0, 100),
      stream,
      reading: "unreadable",
    },
  ],
};
