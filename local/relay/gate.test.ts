import { once } from "node:events";
import { Agent } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type SecureVersion } from "node:tls";
import { describe, expect, it } from "vitest";
import { type Ca, issue, makeCa } from "../testing/certificates.ts";
import { BUNNY, startWorld } from "./test-world.ts";

const HOUR_MS = 3_600_000;
const VERSIONS: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];

const life = (fromMs: number, toMs: number) => ({
  notBefore: new Date(Date.now() + fromMs),
  notAfter: new Date(Date.now() + toMs),
});

describe("the door of relay", () => {
  it.each(VERSIONS)("lets in a client of its CA over %s and logs its serial once", async (version) => {
    const { ca, ask, clientsIn } = await startWorld();
    const client = await issue(ca, BUNNY);

    expect(await ask({ path: "/jobs/poll", client, version })).toMatchObject({ status: 204 });
    expect(clientsIn()).toMatchObject([
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
      const { ca, ask, clientsIn } = await startWorld();
      const client = await refused[reason]?.(ca, await makeCa({ commonName: "Issuing CA" }));
      if (client === undefined) throw new Error("the table has every reason");

      expect(await ask({ path: "/jobs/poll", client, version })).toEqual({
        kind: "closed",
        code: "ECONNRESET",
      });
      expect(clientsIn()).toMatchObject([
        { level: "warn", event: "client.refused", reason, clientCertificateSerial: client.serial },
      ]);
    });

    it(`refuses over ${version} a client without a certificate`, async () => {
      const { ask, clientsIn } = await startWorld();

      expect(await ask({ path: "/jobs/poll", version })).toEqual({ kind: "closed", code: "ECONNRESET" });
      const [line] = clientsIn();
      expect(line).toMatchObject({ event: "client.refused", reason: "no-certificate" });
      expect(line).not.toHaveProperty("clientCertificateSerial");
    });
  }

  it("refuses a certificate that says nothing of its purpose, though OpenSSL would let it pass", async () => {
    const { ca, ask, log } = await startWorld();
    const client = await issue(ca, { ...BUNNY, usages: [] });

    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ kind: "closed" });
    expect(log().at(-1)).toMatchObject({ reason: "wrong-purpose" });
  });

  it("refuses a wildcard that covers the name, and a common name beside another DNS name", async () => {
    const { ca, ask, log } = await startWorld({ identities: ["a.bunny.example"] });
    const wildcard = await issue(ca, { ...BUNNY, dnsNames: ["*.bunny.example"] });
    const common = await issue(ca, { ...BUNNY, commonName: "a.bunny.example", dnsNames: ["fox.example"] });

    for (const client of [wildcard, common]) {
      expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ kind: "closed" });
      expect(log().at(-1)).toMatchObject({ reason: "other-identity" });
    }
  });

  it("calls a stranger's expired certificate a stranger's", async () => {
    const { ask, log } = await startWorld();
    const other = await makeCa({ commonName: "Issuing CA" });
    const client = await issue(other, { ...BUNNY, ...life(-2 * HOUR_MS, -HOUR_MS) });

    await ask({ path: "/jobs/poll", client });
    expect(log().at(-1)).toMatchObject({ reason: "unknown-ca", clientCertificateSerial: client.serial });
  });

  it("lets in a client of an intermediate that the client presents", async () => {
    const { ca, ask } = await startWorld();
    const client = await issue(await makeCa({ commonName: "Below", parent: ca }), BUNNY);

    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });
  });

  it("trusts an issuing CA whose root is not in the bundle", async () => {
    const issuing = await makeCa({ commonName: "Issuing", parent: await makeCa({ commonName: "Root" }) });
    const { ask } = await startWorld({ trustBundle: { version: "v1", pem: issuing.certificatePem } });

    expect(await ask({ path: "/jobs/poll", client: await issue(issuing, BUNNY) })).toMatchObject({
      status: 204,
    });
  });

  it("logs speech that is not TLS, and says nothing of a port check", async () => {
    const { relay, clientsIn } = await startWorld();
    const check = connectTcp(relay.port, "127.0.0.1");
    await once(check, "connect");
    check.destroy();
    const plain = connectTcp(relay.port, "127.0.0.1", () => plain.write("GET / HTTP/1.1\r\n\r\n"));
    plain.resume();
    await once(plain, "close");

    expect(clientsIn()).toMatchObject([{ event: "client.refused", reason: "handshake-failed" }]);
  });

  it("does not speak TLS 1.1", async () => {
    const { ca, ask } = await startWorld();
    const client = await issue(ca, BUNNY);

    const old = { version: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    expect(await ask({ path: "/jobs/poll", client, ...old })).toMatchObject({ kind: "closed" });
  });

  it.each(VERSIONS)("never resumes a session over %s, which would skip every check", async (version) => {
    const { ca, relay } = await startWorld();
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
    const { ca, ask, log } = await startWorld({ clock: () => now });
    const client = await issue(ca, BUNNY);
    const agent = new Agent({ keepAlive: true });
    const poll = () => ask({ path: "/jobs/poll", client, agent });

    await poll();
    now += 2 * HOUR_MS;
    expect(await poll()).toEqual({ kind: "closed", code: "ECONNRESET" });
    expect(log().at(-1)).toMatchObject({ reason: "expired", clientCertificateSerial: client.serial });
    agent.destroy();
  });

  it("logs a caller on a connection that lives on once a minute, not once a request", async () => {
    let now = Date.now();
    const { ca, ask, clientsIn } = await startWorld({ clock: () => now });
    const client = await issue(ca, BUNNY);
    const agent = new Agent({ keepAlive: true });
    const poll = () => ask({ path: "/jobs/poll", client, agent });

    for (const passed of [0, 1_000, 58_999, 1]) {
      now += passed;
      await poll();
    }
    expect(clientsIn()).toMatchObject([{ event: "client.accepted" }, { event: "client.accepted" }]);
    agent.destroy();
  });
});
