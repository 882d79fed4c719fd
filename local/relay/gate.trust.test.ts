import { once } from "node:events";
import { Agent } from "node:https";
import { connect as connectTcp, createServer } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Ca, type IssuedWithKey, issue, makeCa } from "../testing/certificates.ts";
import { call } from "../testing/mutual-tls.ts";
import { BUNNY, startWorld } from "./test-world.ts";

async function world() {
  const time = { now: Date.now() };
  const relay = await startWorld({ clock: () => time.now });
  const other = await makeCa({ commonName: "Next CA" });
  /** Polls on one connection, and counts how many it took. */
  const caller = async (ca: Ca) => {
    const client = await issue(ca, BUNNY);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const sockets = new Set<object>();
    agent.on("free", (socket) => sockets.add(socket));
    const poll = () => relay.ask({ path: "/jobs/poll", client, agent });
    return { client, poll, connections: () => sockets.size };
  };
  const load = (cas: readonly Ca[], revoked: readonly IssuedWithKey[] = []) =>
    relay.relay.replaceTrustBundle({
      version: "v2",
      pem: cas.map(({ certificatePem }) => certificatePem).join(""),
      revoked: new Set(revoked.map(({ serial }) => serial)),
    });
  /** An open connection by hand, after so many bytes of a request. */
  const open = async (client: IssuedWithKey, bytes: string) => {
    const socket: TLSSocket = connect({
      ...{ host: "127.0.0.1", port: relay.relay.port, servername: "relay.example" },
      ...{ ca: relay.ca.certificatePem, key: client.privateKeyPem, cert: client.chainPem },
    });
    onTestFinished(() => void socket.destroy());
    await once(socket, "secureConnect");
    socket.on("error", () => {});
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    // `once` would take the reset for a failure.
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    // One answered request shows that relay has let it in.
    socket.write("GET /jobs/poll HTTP/1.1\r\nHost: relay.example\r\n\r\n");
    await once(socket, "data");
    answer = "";
    socket.write(bytes);
    return { closed, answer: () => answer };
  };
  return { ...relay, other, time, caller, load, open };
}

/** A way to relay on which nothing but the caller's first word passes before it is told to go on. */
async function slowLine(port: number) {
  const held: Buffer[] = [];
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  let goOn = () => {};
  const server = createServer((caller) => {
    const relay = connectTcp(port, "127.0.0.1");
    for (const socket of [caller, relay]) socket.on("error", () => {});
    let pass = (bytes: Buffer) => {
      relay.write(bytes);
      pass = (later) => void held.push(later);
    };
    caller.on("data", (bytes) => pass(bytes));
    caller.on("close", () => relay.destroy());
    relay.once("data", () => resolve());
    relay.on("close", () => caller.destroy());
    relay.pipe(caller);
    goOn = () => {
      pass = (bytes) => void relay.write(bytes);
      for (const bytes of held.splice(0)) relay.write(bytes);
    };
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the line has a port");
  return { port: address.port, answered, goOn: () => goOn() };
}

describe("the door of relay, when the trust bundle changes", () => {
  it("refuses a revoked serial though its CA and its dates are good, and says which", async () => {
    const { ca, caller, load, clientsIn } = await world();
    const { client, poll } = await caller(ca);
    load([ca], [client]);
    expect(await poll()).toEqual({ kind: "closed", code: "ECONNRESET" });
    expect(clientsIn().at(-1)).toMatchObject({
      ...{ event: "client.refused", level: "warn", reason: "revoked", trustBundleVersion: "v2" },
      clientCertificateSerial: client.serial,
    });
  });

  it("cuts off the open connections of a revoked serial at once, and none else", async () => {
    const { ca, caller, load, clientsIn } = await world();
    const [bad, good] = [await caller(ca), await caller(ca)];
    await bad.poll();
    await good.poll();
    load([ca], [bad.client]);
    expect(clientsIn().at(-1)).toMatchObject({
      reason: "revoked",
      clientCertificateSerial: bad.client.serial,
    });
    expect(await bad.poll()).toMatchObject({ kind: "closed" });
    expect(await good.poll()).toMatchObject({ status: 204 });
    expect(good.connections()).toBe(1);
  });

  it("cuts off a request that is under way, before it is answered", async () => {
    const { ca, load, open, relay } = await world();
    const client = await issue(ca, BUNNY);
    const head = "POST /jobs HTTP/1.1\r\nHost: relay.example\r\ncontent-type: application/json\r\n";
    const { closed, answer } = await open(client, `${head}content-length: 100\r\n\r\n{"content"`);
    load([ca], [client]);
    await closed;
    expect(answer()).toBe("");
    expect(relay.queue.counts()).toEqual({ open: 0, done: 0 });
  });

  it("cuts off an idle connection without waiting for its next request", async () => {
    const { ca, load, open } = await world();
    const client = await issue(ca, BUNNY);
    const { closed } = await open(client, "");
    load([ca], [client]);
    await closed;
  });

  it("cuts off the open connections of a CA that is no longer in it, and keeps those of one that is", async () => {
    const { ca, other, caller, load, clientsIn } = await world();
    load([ca, other]);
    const [old, next] = [await caller(ca), await caller(other)];
    await old.poll();
    await next.poll();
    load([other]);
    expect(clientsIn().at(-1)).toMatchObject({
      ...{ reason: "unknown-ca", clientCertificateSerial: old.client.serial },
    });
    expect(await old.poll()).toMatchObject({ kind: "closed" });
    expect(await next.poll()).toMatchObject({ status: 204 });
    expect(next.connections()).toBe(1);
  });

  it("has whoever came by a CA of its own come again, and be judged anew", async () => {
    const { ca, other, time, caller, load, clientsIn } = await world();
    const { poll } = await caller(await makeCa({ commonName: "Below", parent: ca }));
    await poll();
    load([ca, other]);
    time.now += 10_000;
    expect((await poll()).kind).toBe("closed");
    expect(await poll()).toMatchObject({ status: 204 });
    expect(clientsIn().filter(({ event }) => event === "client.refused")).toEqual([]);
    load([other]);
    time.now += 10_000;
    await poll();
    expect(await poll()).toMatchObject({ kind: "closed" });
    expect(clientsIn().at(-1)).toMatchObject({ reason: "unknown-ca" });
  });

  it("holds a connection to the new one whose handshake began under the old one", async () => {
    const { ca, other, load, relay, ask, clientsIn } = await world();
    const client = await issue(ca, BUNNY);
    const line = await slowLine(relay.port);
    const options = { port: line.port, servername: "relay.example", ca: ca.certificatePem };
    const polled = call({ ...options, path: "/jobs/poll", client });
    await line.answered;
    load([other]);
    line.goOn();
    expect(await polled).toMatchObject({ kind: "closed" });
    expect(clientsIn().at(-1)).toMatchObject({
      ...{ reason: "unknown-ca", clientCertificateSerial: client.serial, trustBundleVersion: "v2" },
    });
    expect(await ask({ path: "/jobs/poll", client: await issue(other, BUNNY) })).toMatchObject({
      status: 204,
    });
  });

  it("lets a serial in again that the next bundle does not name any more", async () => {
    const { ca, caller, load } = await world();
    const { client, poll } = await caller(ca);
    load([ca], [client]);
    await poll();
    load([ca]);
    expect(await poll()).toMatchObject({ status: 204 });
  });
});
