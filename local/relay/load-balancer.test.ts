import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { issue } from "../testing/certificates.ts";
import { call } from "../testing/mutual-tls.ts";
import { LoadBalancer } from "./load-balancer.ts";
import { BUNNY, startWorld } from "./test-world.ts";

async function start() {
  const balancer = await LoadBalancer.start();
  onTestFinished(() => balancer.close());
  return balancer;
}

describe("LoadBalancer", () => {
  it("hangs up while no replica is ready", async () => {
    const balancer = await start();
    const socket = connect(balancer.port, "127.0.0.1").resume();
    const [hadError] = await once(socket, "close");
    expect(hadError).toBe(false);
    expect(socket.bytesRead).toBe(0);
  });

  it("hands connections to the replicas in turn, with TLS between caller and replica", async () => {
    const balancer = await start();
    const one = await startWorld();
    const bundle = { version: "v1", pem: one.ca.certificatePem };
    const two = await startWorld({ replica: "relay-1", trustBundle: bundle, queue: one.relay.queue });
    balancer.add(one.relay.port);
    balancer.add(two.relay.port);
    const client = await issue(one.ca, BUNNY);
    const reached = { port: balancer.port, servername: "relay.example", path: "/jobs/poll", client };
    const ca = one.ca.certificatePem + two.ca.certificatePem;
    for (let poll = 0; poll < 4; poll += 1) {
      expect(await call({ ...reached, ca })).toMatchObject({ status: 204 });
    }
    // Each accepted caller is logged once a connection.
    for (const { clientsIn } of [one, two]) {
      expect(clientsIn()).toMatchObject(Array(2).fill({ event: "client.accepted" }));
    }
  });

  it("lets a job in at one replica be fetched at the other, when they share the queue", async () => {
    const one = await startWorld();
    const bundle = { version: "v1", pem: one.ca.certificatePem };
    const two = await startWorld({ replica: "relay-1", trustBundle: bundle, queue: one.relay.queue });
    const client = await issue(one.ca, BUNNY);
    await one.sendJson("/jobs", { content: "one" }, client);
    const polled = await two.ask({ path: "/jobs/poll", client });
    expect(polled).toMatchObject({ status: 200, body: expect.stringContaining('"one"') });
  });

  it("passes on that a replica has refused the caller", async () => {
    const balancer = await start();
    const { ca, relay } = await startWorld();
    balancer.add(relay.port);
    const reached = { port: balancer.port, servername: "relay.example", ca: ca.certificatePem };
    expect(await call({ ...reached, path: "/jobs/poll" })).toEqual({ kind: "closed", code: "ECONNRESET" });
  });

  it("ends the caller's connection when its replica is gone", async () => {
    const balancer = await start();
    const { relay } = await startWorld();
    balancer.add(relay.port);
    await relay.close();
    const socket = connect(balancer.port, "127.0.0.1").resume();
    await once(socket, "close");
    expect(socket.bytesRead).toBe(0);
  });
});
