import { once } from "node:events";
import { Agent, request } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type SecureVersion } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { Sighting } from "../stand-in/kernel.ts";
import { type Ca, issue, makeCa } from "../testing/certificates.ts";
import { type CallOptions, call } from "../testing/mutual-tls.ts";
import { RelayLogLine } from "./log.ts";
import { Relay, type RelayOptions } from "./relay.ts";

const BUNNY = { commonName: "bunny", dnsNames: ["bunny.example"], usages: ["clientAuth"] as const };
const HOUR_MS = 3_600_000;
const VERSIONS: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];

const relays: Relay[] = [];
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
});

async function world(options: Partial<RelayOptions> = {}) {
  const ca = await makeCa({ commonName: "Issuing CA" });
  const server = await issue(ca, {
    commonName: "relay",
    dnsNames: ["relay.example"],
    ipAddresses: ["127.0.0.1"],
    usages: ["serverAuth"],
  });
  const output: string[] = [];
  const relay = await Relay.start({
    serverCertificate: server,
    trustBundle: { version: "v1", pem: ca.certificatePem },
    identities: ["bunny.example"],
    replica: "relay-0",
    output: (line) => output.push(line),
    ...options,
  });
  relays.push(relay);
  const ask = (options: Omit<CallOptions, "port" | "servername" | "ca">) =>
    call({ port: relay.port, servername: "relay.example", ca: ca.certificatePem, ...options });
  return {
    ca,
    relay,
    output,
    log: () => output.map((line) => RelayLogLine.parse(JSON.parse(line))),
    ask,
    send: (path: string, body: unknown, client: CallOptions["client"]) =>
      ask({
        method: "POST",
        path,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        ...(client === undefined ? {} : { client }),
      }),
  };
}

const life = (fromMs: number, toMs: number) => ({
  notBefore: new Date(Date.now() + fromMs),
  notAfter: new Date(Date.now() + toMs),
});

describe("the door of relay", () => {
  it.each(VERSIONS)("lets in a client of its CA over %s and logs its serial once", async (version) => {
    const { ca, ask, log } = await world();
    const client = await issue(ca, BUNNY);

    expect(await ask({ path: "/jobs/poll", client, version })).toMatchObject({ status: 204 });
    expect(log().slice(2)).toMatchObject([
      {
        level: "info",
        event: "client.accepted",
        replica: "relay-0",
        clientCertificateSerial: client.serial,
        clientAddress: "127.0.0.1",
        identity: "bunny.example",
        trustBundleVersion: "v1",
      },
    ]);
  });

  const refused: Record<string, (ca: Ca, other: Ca) => ReturnType<typeof issue>> = {
    "unknown-ca": (_, other) => issue(other, BUNNY),
    expired: (ca) => issue(ca, { ...BUNNY, ...life(-2 * HOUR_MS, -HOUR_MS) }),
    "not-yet-valid": (ca) => issue(ca, { ...BUNNY, ...life(HOUR_MS, 2 * HOUR_MS) }),
    "wrong-purpose": (ca) => issue(ca, { ...BUNNY, usages: ["serverAuth"] }),
    "other-identity": (ca) => issue(ca, { ...BUNNY, dnsNames: ["fox.example"] }),
  };
  for (const version of VERSIONS) {
    it.each(Object.keys(refused))(`refuses over ${version} and logs the serial: %s`, async (reason) => {
      const { ca, ask, log } = await world();
      const client = await refused[reason]?.(ca, await makeCa({ commonName: "Issuing CA" }));
      if (client === undefined) throw new Error("the table has every reason");

      expect(await ask({ path: "/jobs/poll", client, version })).toEqual({
        kind: "closed",
        code: "ECONNRESET",
      });
      expect(log().slice(2)).toMatchObject([
        { level: "warn", event: "client.refused", reason, clientCertificateSerial: client.serial },
      ]);
    });

    it(`refuses over ${version} a client without a certificate`, async () => {
      const { ask, log } = await world();

      expect(await ask({ path: "/jobs/poll", version })).toEqual({ kind: "closed", code: "ECONNRESET" });
      const [line] = log().slice(2);
      expect(line).toMatchObject({ event: "client.refused", reason: "no-certificate" });
      expect(line).not.toHaveProperty("clientCertificateSerial");
    });
  }

  it("refuses a certificate that says nothing of its purpose, though OpenSSL would let it pass", async () => {
    const { ca, ask, log } = await world();
    const client = await issue(ca, { ...BUNNY, usages: [] });

    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ kind: "closed" });
    expect(log().at(-1)).toMatchObject({ reason: "wrong-purpose" });
  });

  it("refuses a wildcard that covers the name, and a common name beside another DNS name", async () => {
    const { ca, ask, log } = await world({ identities: ["a.bunny.example"] });
    const wildcard = await issue(ca, { ...BUNNY, dnsNames: ["*.bunny.example"] });
    const common = await issue(ca, { ...BUNNY, commonName: "a.bunny.example", dnsNames: ["fox.example"] });

    for (const client of [wildcard, common]) {
      expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ kind: "closed" });
      expect(log().at(-1)).toMatchObject({ reason: "other-identity" });
    }
  });

  it("calls a stranger's expired certificate a stranger's", async () => {
    const { ask, log } = await world();
    const other = await makeCa({ commonName: "Issuing CA" });
    const client = await issue(other, { ...BUNNY, ...life(-2 * HOUR_MS, -HOUR_MS) });

    await ask({ path: "/jobs/poll", client });
    expect(log().at(-1)).toMatchObject({ reason: "unknown-ca", clientCertificateSerial: client.serial });
  });

  it("lets in a client of an intermediate that the client presents", async () => {
    const { ca, ask } = await world();
    const client = await issue(await makeCa({ commonName: "Below", parent: ca }), BUNNY);

    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });
  });

  it("trusts an issuing CA whose root is not in the bundle", async () => {
    const issuing = await makeCa({ commonName: "Issuing", parent: await makeCa({ commonName: "Root" }) });
    const { ask } = await world({ trustBundle: { version: "v1", pem: issuing.certificatePem } });

    expect(await ask({ path: "/jobs/poll", client: await issue(issuing, BUNNY) })).toMatchObject({
      status: 204,
    });
  });

  it("logs speech that is not TLS, and says nothing of a port check", async () => {
    const { relay, log } = await world();
    const check = connectTcp(relay.port, "127.0.0.1");
    await once(check, "connect");
    check.destroy();
    const plain = connectTcp(relay.port, "127.0.0.1", () => plain.write("GET / HTTP/1.1\r\n\r\n"));
    plain.resume();
    await once(plain, "close");

    expect(log().slice(2)).toMatchObject([{ event: "client.refused", reason: "handshake-failed" }]);
  });

  it("does not speak TLS 1.1", async () => {
    const { ca, ask } = await world();
    const client = await issue(ca, BUNNY);

    const old = { version: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    expect(await ask({ path: "/jobs/poll", client, ...old })).toMatchObject({ kind: "closed" });
  });

  it.each(VERSIONS)("never resumes a session over %s, which would skip every check", async (version) => {
    const { ca, relay } = await world();
    const client = await issue(ca, BUNNY);
    const open = async (session?: Buffer) => {
      const socket = connectTls({
        ...{ host: "127.0.0.1", port: relay.port, servername: "relay.example", ca: ca.certificatePem },
        ...{ key: client.privateKeyPem, cert: client.chainPem, minVersion: version, maxVersion: version },
        ...(session === undefined ? {} : { session }),
      });
      let ticket: Buffer | undefined;
      socket.on("session", (received: Buffer) => {
        ticket = received;
      });
      let reused: boolean | undefined;
      socket.on("secureConnect", () => {
        reused = socket.isSessionReused();
      });
      socket.end("GET /jobs/poll HTTP/1.1\r\nHost: relay.example\r\nConnection: close\r\n\r\n");
      socket.resume();
      await once(socket, "close");
      return { ticket, reused };
    };

    const { ticket } = await open();
    expect((await open(ticket)).reused).toBe(false);
  });

  it("closes an open connection once its certificate has ended", async () => {
    let now = Date.now();
    const { ca, relay, log } = await world({ clock: () => now });
    const client = await issue(ca, BUNNY);
    const agent = new Agent({ keepAlive: true, key: client.privateKeyPem, cert: client.chainPem });
    const poll = async () => {
      const { port } = relay;
      const sent = request({
        host: "127.0.0.1",
        port,
        servername: "relay.example",
        ca: ca.certificatePem,
        agent,
        path: "/jobs/poll",
      });
      sent.end();
      const [response] = await once(sent, "response");
      response.resume();
      await once(response, "close");
    };

    await poll();
    now += 2 * HOUR_MS;
    await expect(poll()).rejects.toThrow("socket hang up");
    expect(log().at(-1)).toMatchObject({ reason: "expired", clientCertificateSerial: client.serial });
    agent.destroy();
  });

  it("logs a caller on a connection that lives on once a minute, not once a request", async () => {
    let now = Date.now();
    const { ca, relay, log } = await world({ clock: () => now });
    const client = await issue(ca, BUNNY);
    const agent = new Agent({ keepAlive: true, key: client.privateKeyPem, cert: client.chainPem });
    const poll = async () => {
      const { port } = relay;
      const sent = request({
        host: "127.0.0.1",
        port,
        servername: "relay.example",
        ca: ca.certificatePem,
        agent,
        path: "/jobs/poll",
      });
      sent.end();
      const [response] = await once(sent, "response");
      response.resume();
      await once(response, "close");
    };

    for (const passed of [0, 1_000, 58_999, 1]) {
      now += passed;
      await poll();
    }
    expect(log().slice(2)).toMatchObject([{ event: "client.accepted" }, { event: "client.accepted" }]);
    agent.destroy();
  });
});

describe("replacing what relay trusts and shows", () => {
  it("trusts the new bundle's clients, no longer the old one's, and logs its version", async () => {
    const { ca, relay, ask, log } = await world();
    const next = await makeCa({ commonName: "Next CA" });
    relay.replaceTrustBundle({ version: "v2", pem: next.certificatePem });

    const client = await issue(next, BUNNY);
    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });
    expect(await ask({ path: "/jobs/poll", client: await issue(ca, BUNNY) })).toMatchObject({
      kind: "closed",
    });
    expect(log().slice(2)).toMatchObject([
      { event: "trust-bundle.loaded", trustBundleVersion: "v2" },
      { event: "client.accepted", trustBundleVersion: "v2" },
      { event: "client.refused", trustBundleVersion: "v2", reason: "unknown-ca" },
    ]);
  });

  it("holds a client that names no server to the new bundle too", async () => {
    const { ca, relay } = await world();
    const next = await makeCa({ commonName: "Next CA" });
    relay.replaceTrustBundle({ version: "v2", pem: next.certificatePem });

    const options = { port: relay.port, ca: ca.certificatePem, path: "/jobs/poll" };
    expect(await call({ ...options, client: await issue(next, BUNNY) })).toMatchObject({ status: 204 });
    expect(await call({ ...options, client: await issue(ca, BUNNY) })).toMatchObject({ kind: "closed" });
  });

  it("keeps the old bundle when the new one has no CA in it", async () => {
    const { ca, relay, ask } = await world();
    const client = await issue(ca, BUNNY);

    expect(() => relay.replaceTrustBundle({ version: "v2", pem: "" })).toThrow("no certificate");
    expect(() => relay.replaceTrustBundle({ version: "v2", pem: client.certificatePem })).toThrow("no CA");
    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });
  });

  it("shows its new certificate to new connections", async () => {
    const { ca, relay, ask } = await world();
    const client = await issue(ca, BUNNY);
    const foreign = await makeCa({ commonName: "Server CA" });
    const options = { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] as const };
    relay.replaceServerCertificate(await issue(foreign, options));

    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ kind: "closed" });
    const { port } = relay;
    const trusting = { port, servername: "relay.example", ca: foreign.certificatePem };
    expect(await call({ ...trusting, path: "/jobs/poll", client })).toMatchObject({ status: 204 });
  });

  it("refuses a certificate with another's key and never repeats the key", async () => {
    const { ca, relay } = await world();
    const options = { commonName: "relay", usages: ["serverAuth"] as const };
    const [one, two] = await Promise.all([issue(ca, options), issue(ca, options)]);

    const replace = (privateKeyPem: string) => () =>
      relay.replaceServerCertificate({ privateKeyPem, chainPem: one.chainPem });
    expect(replace(two.privateKeyPem)).toThrow("does not belong to");
    expect(replace(two.privateKeyPem.slice(0, 80))).toThrow("relay's private key cannot be read");
  });
});

describe("jobs", () => {
  it("go in, come out once with a lease, and are finished by their result", async () => {
    const { ca, relay, ask, send } = await world();
    const client = await issue(ca, BUNNY);
    const posted = await send("/jobs", { content: { patient: "Nesbitt" } }, client);
    const { id } = JSON.parse(posted.kind === "answered" ? posted.body : "{}");
    expect(posted).toMatchObject({ status: 202 });

    const polled = await ask({ path: "/jobs/poll", client });
    const job = JSON.parse(polled.kind === "answered" ? polled.body : "{}");
    expect(job).toMatchObject({ id, content: { patient: "Nesbitt" } });
    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });

    const result = { lease: job.lease, result: { risk: 0.2 } };
    expect(await send(`/jobs/${id}/results`, result, client)).toMatchObject({ status: 204 });
    expect(await send(`/jobs/${id}/results`, result, client)).toMatchObject({ status: 204 });
    expect(relay.queue.result(id)).toEqual({ risk: 0.2 });
  });

  it.each([
    ["GET", "/jobs", undefined, 405, "method-not-allowed"],
    ["POST", "/jobs/poll", "{}", 405, "method-not-allowed"],
    ["GET", "/", undefined, 404, "no-such-route"],
    ["POST", "/jobs", "{", 400, "malformed-json"],
    ["POST", "/jobs", '{"contents":1}', 400, "malformed-body"],
    ["POST", "/jobs", `{"content":"${"x".repeat(2_000)}"}`, 413, "body-too-large"],
    ["POST", "/jobs/nope/results", `{"lease":"${crypto.randomUUID()}","result":1}`, 404, "unknown-job"],
  ])("answers %s %s with a wrong %s by %i %s", async (method, path, body, status, code) => {
    const { ca, ask } = await world({ bodyBytesMax: 1_000 });
    const answer = await ask({
      ...{ method, path, client: await issue(ca, BUNNY) },
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });

    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.kind === "answered" ? answer.body : "{}")).toMatchObject({ error: { code } });
  });

  it("are only taken as JSON, and only while the queue has room", async () => {
    const { ca, ask, send } = await world({ openMax: 1 });
    const client = await issue(ca, BUNNY);

    const text = { method: "POST", path: "/jobs", headers: { "content-type": "text/plain" }, body: "{}" };
    expect(await ask({ ...text, client })).toMatchObject({ status: 415 });
    expect(await send("/jobs", { content: 1 }, client)).toMatchObject({ status: 202 });
    expect(await send("/jobs", { content: 2 }, client)).toMatchObject({ status: 503 });
  });

  it("never reach the log or an error, and are seen whole by the tap", async () => {
    const seen: Sighting[] = [];
    const { ca, output, send, ask } = await world({ tap: (sighting) => seen.push(sighting) });
    const client = await issue(ca, BUNNY);
    await send("/jobs", { content: "Nesbitt, 54, hypertension" }, client);
    await ask({ path: "/jobs/poll", client });
    const wrong = await send("/jobs", { "Nesbitt, 54": true }, client);

    expect(output.join()).not.toContain("Nesbitt");
    expect(JSON.stringify(wrong)).not.toContain("Nesbitt");
    expect(seen.map(({ from, to, what }) => `${from} -> ${to}: ${what}`)).toEqual([
      "bunny.example -> relay: POST /jobs",
      "bunny.example -> relay: POST /jobs answer",
      "bunny.example -> relay: GET /jobs/poll",
      "bunny.example -> relay: GET /jobs/poll answer",
      "bunny.example -> relay: POST /jobs",
      "bunny.example -> relay: POST /jobs answer",
    ]);
    const text = seen.map(({ bytes }) => Buffer.from(bytes).toString());
    expect(text[0]).toContain("content-type: application/json\r\n");
    expect(text[0]).toContain("hypertension");
    expect(text[3]).toContain("hypertension");
  });
});
