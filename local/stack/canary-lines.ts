/**
 * Lines of refused callers in the format of each reader, in which everything that a caller, a job or somebody in the
 * cluster may write has a canary: a word that is found nowhere else, and that names the field.
 */
import { randomBytes, randomInt } from "node:crypto";

/** Besides relay's own. */
export const LOGS = {
  tunnels: "/example/vpn",
  nginx: "/example/ingress",
  nginxText: "/example/ingress-text",
  envoy: "/example/envoy",
  lattice: "/example/lattice",
  waf: "aws-waf-logs-example",
  proxy: "/example/proxy",
} as const;

/** It may stand in a pod's name, in a path and in a header, and no encoding changes it. */
export const MARK = `canary${Array.from({ length: 20 }, () => "bcdfghjk"[randomInt(8)]).join("")}`;
/** In the form of a serial, and its beginning in that of a key's id: a stranger's may go nowhere either. */
export const HEX_MARK = randomBytes(20).toString("hex").replace(/^0/, "1");

const canary = (field: string): string => `${MARK}.${field}`;
const caller = (address: string) => `${address}:50218`;

export interface LoggedLines {
  readonly group: string;
  readonly stream: string;
  readonly messages: readonly string[];
  /** How many of them are refusals, as the reader takes them. */
  readonly refused: number;
  /** How many no reader understands. */
  readonly unread: number;
}

/** As Container Insights wraps what a container writes. */
function byAgent(namespace: string, log: string, processed?: object): string {
  const kubernetes = {
    pod_name: canary("pod-name"),
    namespace_name: namespace,
    labels: { app: canary("label"), [canary("label-key")]: "x" },
    annotations: { note: canary("annotation") },
    host: canary("node"),
    container_name: canary("container"),
    container_image: canary("image"),
  };
  const wrapper = { time: "2026-11-21T08:02:00.123000000Z", stream: "stdout", _p: "F", log };
  return JSON.stringify({
    ...wrapper,
    ...(processed === undefined ? {} : { log_processed: processed }),
    kubernetes,
  });
}

/** What no reader has a place for, and any program may log all the same. */
const request = {
  path: `/jobs/${canary("job")}/results?patient=${canary("query")}`,
  method: canary("method"),
  headers: { authorization: `Bearer ${canary("header")}`, [canary("header-name")]: "x" },
  user_agent: canary("agent"),
  referer: canary("referer"),
  cookie: canary("cookie"),
  body: { content: canary("body") },
  jobId: canary("job-id"),
  sni: canary("sni"),
};

export function linesOfRelay(group: string, address: string): LoggedLines {
  const line = {
    ...request,
    time: "2026-11-21T08:02:04.501Z",
    event: "client.refused",
    replica: canary("replica"),
    clientReplica: canary("client-replica"),
    clientTrustBundleVersion: canary("client-bundle"),
    clientCertificateSubject: `CN=${canary("subject")}`,
    clientCertificateSerial: HEX_MARK,
    apiKeyId: HEX_MARK.slice(0, 16),
    identity: canary("identity"),
    clientAddress: address,
    trustBundleVersion: canary("bundle"),
    [canary("field-name")]: canary("field"),
  };
  const refusal = { ...line, reason: "no-certificate" };
  const whole = [refusal, { ...line, reason: canary("reason") }].map((one) =>
    byAgent(canary("namespace"), JSON.stringify(one), one),
  );
  const leftAsText = byAgent(canary("namespace"), JSON.stringify(refusal));
  const cutOff = byAgent(canary("namespace"), JSON.stringify(refusal).slice(0, -20));
  const noText = byAgent(canary("namespace"), "", { ...line, reason: { [canary("reason-object")]: 1 } });
  return {
    group,
    stream: canary("stream"),
    messages: [...whole, leftAsText, cutOff, noText],
    ...{ refused: 3, unread: 2 },
  };
}

export function linesOfNginx(address: string): LoggedLines[] {
  const access = {
    ...request,
    remote_addr: address,
    x_forwarded_for: canary("forwarded"),
    status: 400,
    upstream_status: "",
    proxy_upstream_name: canary("upstream"),
    ssl_client_verify: "FAILED:certificate has expired",
    ssl_client_serial: HEX_MARK,
    ssl_client_s_dn: `CN=${canary("subject")},O=${canary("organization")}`,
    ssl_client_i_dn: `CN=${canary("issuer")}`,
    ssl_server_name: canary("server-name"),
  };
  const verified = { ...access, ssl_client_verify: "SUCCESS", status: 401, upstream_status: "401" };
  const unknown = { ...access, ssl_client_verify: `FAILED:${canary("verify")}` };
  const text = (status: number) =>
    `${address} - ${canary("user")} [21/Nov/2026:08:02:00 +0000] "GET /jobs/${canary("path")} HTTP/1.1" ${status} 52 ` +
    `"${canary("referer")}" "${canary("agent")} \\x22 401 \\x22" 210 0.004 [${canary("upstream")}] [] 10.0.2.14:8443 52 0.004 ${status} ${canary("request-id")}`;
  const failed =
    `2026/11/21 08:02:00 [info] 31#31: *45 client SSL certificate verify error: (18:${canary("detail")}) while reading client request headers, ` +
    `client: ${address}, server: ${canary("server")}, request: "GET /jobs/${canary("path")} HTTP/1.1", host: "${canary("host")}"`;
  return [
    {
      group: LOGS.nginx,
      stream: canary("stream"),
      messages: [
        ...[access, verified, unknown].map((one) => byAgent("ingress-nginx", JSON.stringify(one), one)),
        ...[text(401), failed].map((line) => byAgent("ingress-nginx", line)),
      ],
      ...{ refused: 5, unread: 0 },
    },
    {
      group: LOGS.nginxText,
      stream: canary("stream"),
      messages: [text(401), text(403), text(401).replace(/ 52 ".*/, ' 52 "')],
      ...{ refused: 2, unread: 1 },
    },
  ];
}

/** `own`: the link's own name, whose verified caller is told of by it. */
export function linesOfEnvoy(address: string, own: string): LoggedLines {
  const line = {
    ...request,
    response_code: 401,
    response_flags: canary("flags"),
    response_code_details: canary("details"),
    x_forwarded_for: canary("forwarded"),
    request_id: canary("request-id"),
    authority: canary("authority"),
    upstream_host: canary("upstream-host"),
    upstream_cluster: canary("upstream"),
    downstream_remote_address: caller(address),
    requested_server_name: canary("server-name"),
    route_name: canary("route"),
    downstream_peer_subject: `CN=${canary("subject")},O=${canary("organization")}`,
    downstream_peer_serial: HEX_MARK,
  };
  const ours = {
    ...line,
    downstream_peer_subject: `CN=${own},O=${canary("organization")}`,
    downstream_peer_serial: "0a",
  };
  const notVerified = {
    ...line,
    response_code: 0,
    downstream_transport_failure_reason: `TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert failed: SAN matcher ${canary("names")}:TLS_error_end`,
  };
  return {
    group: LOGS.envoy,
    stream: canary("stream"),
    messages: [line, ours, notVerified].map((one) => byAgent(canary("namespace"), JSON.stringify(one), one)),
    ...{ refused: 3, unread: 0 },
  };
}

export function linesOfAws(address: string, tunnel: string): LoggedLines[] {
  const served = {
    serviceArn: canary("service"),
    sourceVpcId: canary("vpc"),
    sourceIpPort: caller(address),
    requestMethod: canary("method"),
    requestPath: `/jobs/${canary("path")}`,
    responseCode: 403,
    userAgent: canary("agent"),
    hostHeader: canary("host"),
    serverNameIndication: canary("sni"),
    callerPrincipal: canary("principal"),
    callerX509SubjectCN: canary("subject"),
    callerX509SANDNS: canary("names"),
    authDeniedReason: canary("denied"),
    resolvedUser: canary("user"),
  };
  const blocked = {
    webaclId: canary("acl"),
    terminatingRuleId: canary("rule"),
    action: "BLOCK",
    terminatingRuleMatchDetails: [{ conditionType: "XSS", matchedData: [canary("matched")] }],
    httpRequest: {
      clientIp: address,
      country: canary("country"),
      headers: [{ name: canary("header-name"), value: canary("header") }],
      uri: `/jobs/${canary("path")}`,
      args: canary("query"),
      httpMethod: canary("method"),
      requestId: canary("request-id"),
    },
    labels: [{ name: canary("label") }],
  };
  const shaken = {
    event_timestamp: 1_795_248_120,
    details: `AWS tunnel detected a pre-shared key mismatch with cgw: ${address} ${canary("details")}`,
    dpd_enabled: canary("dpd"),
    nat_t_detected: canary("nat"),
    ike_phase1_state: canary("phase-1"),
    ike_phase2_state: canary("phase-2"),
  };
  const [lattice, waf, ike] = [served, blocked, shaken].map((line) => JSON.stringify(line));
  const one = { refused: 1, unread: 0, stream: canary("stream") };
  return [
    { ...one, group: LOGS.lattice, messages: [lattice ?? ""] },
    { ...one, group: LOGS.waf, messages: [waf ?? ""] },
    { ...one, group: LOGS.tunnels, stream: `${canary("vpn")}_${tunnel}-IKE.log`, messages: [ike ?? ""] },
  ];
}

export function linesOfProxy(address: string): LoggedLines {
  const client = { address: caller(address), serial: HEX_MARK, name: canary("name") };
  const line = { ...request, outcome: "denied", client, key: HEX_MARK.slice(0, 16), pod: canary("pod") };
  return {
    group: LOGS.proxy,
    stream: canary("stream"),
    messages: [canary("reason"), "old", 7].map((reason) => JSON.stringify({ ...line, reason })),
    ...{ refused: 2, unread: 1 },
  };
}
