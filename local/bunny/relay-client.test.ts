import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { issue, makeCa } from "../testing/certificates.ts";
import { parseMounted } from "./mounted-certificate.ts";
import { RelayClient } from "./relay-client.ts";

const JOB = { id: "1", lease: "2", content: null };

/** A server that is not ours, so that it can misbehave: `serve` says what each connection's nth request gets. */
async function clientOf(
  serve: (socket: TLSSocket, nth: number) => void,
  options: { timeoutMs?: number } = {},
) {
  const ca = await makeCa();
  const issued = await issue(ca, {
    commonName: "relay",
    dnsNames: ["relay.example"],
    usages: ["serverAuth", "clientAuth"],
  });
  const server = createServer({ key: issued.privateKeyPem, cert: issued.chainPem }, (socket) => {
    let nth = 0;
    socket.on("error", () => {});
    socket.on("data", () => {
      nth += 1;
      serve(socket, nth);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const mounted = parseMounted(issued.secretPem);
  if (mounted.kind !== "read") throw new Error(mounted.reason);
  const connect = (servername: string, caPem: string) => {
    const address = { host: "127.0.0.1", port, servername, caPem };
    const client = new RelayClient(address, mounted.certificate, options.timeoutMs ?? 5_000);
    onTestFinished(() => client.close());
    return client;
  };
  onTestFinished(() => void server.close());
  return { ca, connect, client: connect("relay.example", ca.certificatePem) };
}

const answer = (status: string, body = "") =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

describe("RelayClient", () => {
  it("asks again on a new connection when the one that it kept was closed under it", async () => {
    let connections = 0;
    const { client } = await clientOf((socket, nth) => {
      if (nth === 1) connections += 1;
      if (nth === 1) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
      else socket.destroy();
    });

    expect([await client.poll(), await client.poll()]).toEqual([{ kind: "no-job" }, { kind: "no-job" }]);
    expect(connections).toBe(2);
  });

  it("does not ask twice when a new connection is closed", async () => {
    let requests = 0;
    const { client } = await clientOf((socket) => {
      requests += 1;
      socket.destroy();
    });

    expect(await client.poll()).toEqual({ kind: "no-answer", reason: "ECONNRESET" });
    expect(requests).toBe(1);
  });

  it.each([
    [answer("200 OK", JSON.stringify(JOB)), { kind: "job", job: JOB }],
    [answer("200 OK", "{"), { kind: "no-answer", reason: "malformed-job" }],
    [
      answer("200 OK", '{"id":"../x","lease":"2","content":null}'),
      { kind: "no-answer", reason: "malformed-job" },
    ],
    [answer("403 Forbidden"), { kind: "no-answer", reason: "status-403" }],
    ["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", { kind: "no-answer", reason: "cut-short" }],
    ["nonsense", { kind: "no-answer", reason: "HPE_INVALID_CONSTANT" }],
  ])("takes %j for %j", async (bytes, expected) => {
    const { client } = await clientOf((socket) => socket.end(bytes));

    expect(await client.poll()).toEqual(expected);
  });

  it("gives up when no answer comes", async () => {
    const { client } = await clientOf(() => {}, { timeoutMs: 50 });

    expect(await client.poll()).toEqual({ kind: "no-answer", reason: "timeout" });
  });

  it("does not speak to a server of another name, or of another CA", async () => {
    const { ca, connect } = await clientOf((socket) => socket.end("HTTP/1.1 204 No Content\r\n\r\n"));
    const other = await makeCa();

    expect(await connect("fox.example", ca.certificatePem).poll()).toEqual({
      kind: "no-answer",
      reason: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    expect(await connect("relay.example", other.certificatePem).poll()).toMatchObject({
      kind: "no-answer",
      reason: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
  });

  it.each([
    ["204 No Content", { kind: "taken" }],
    ["404 Not Found", { kind: "not-wanted", status: 404 }],
    ["409 Conflict", { kind: "not-wanted", status: 409 }],
    ["503 Service Unavailable", { kind: "no-answer", reason: "status-503" }],
  ])("takes %j to a result for %j", async (status, expected) => {
    const { client } = await clientOf((socket) => socket.end(answer(status)));

    expect(await client.sendResult(JOB, 1)).toEqual(expected);
  });
});
