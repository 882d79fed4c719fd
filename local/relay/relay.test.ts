import { describe, expect, it } from "vitest";
import type { Sighting } from "../stand-in/kernel.ts";
import { issue, makeCa } from "../testing/certificates.ts";
import { call } from "../testing/mutual-tls.ts";
import { BUNNY, startWorld } from "./test-world.ts";

describe("replacing what relay trusts and shows", () => {
  it("trusts the new bundle's clients, no longer the old one's, and logs its version", async () => {
    const { ca, relay, ask, clientsIn } = await startWorld();
    const next = await makeCa({ commonName: "Next CA" });
    relay.replaceTrustBundle({ version: "v2", pem: next.certificatePem });

    const client = await issue(next, BUNNY);
    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });
    expect(await ask({ path: "/jobs/poll", client: await issue(ca, BUNNY) })).toMatchObject({
      kind: "closed",
    });
    expect(clientsIn()).toMatchObject([
      { event: "trust-bundle.loaded", trustBundleVersion: "v2" },
      { event: "client.accepted", trustBundleVersion: "v2" },
      { event: "client.refused", trustBundleVersion: "v2", reason: "unknown-ca" },
    ]);
  });

  it("holds a client that names no server to the new bundle too", async () => {
    const { ca, relay } = await startWorld();
    const next = await makeCa({ commonName: "Next CA" });
    relay.replaceTrustBundle({ version: "v2", pem: next.certificatePem });

    const options = { port: relay.port, ca: ca.certificatePem, path: "/jobs/poll" };
    expect(await call({ ...options, client: await issue(next, BUNNY) })).toMatchObject({ status: 204 });
    expect(await call({ ...options, client: await issue(ca, BUNNY) })).toMatchObject({ kind: "closed" });
  });

  it("keeps the old bundle when the new one has no CA in it", async () => {
    const { ca, relay, ask } = await startWorld();
    const client = await issue(ca, BUNNY);

    expect(() => relay.replaceTrustBundle({ version: "v2", pem: "" })).toThrow("no certificate");
    expect(() => relay.replaceTrustBundle({ version: "v2", pem: client.certificatePem })).toThrow("no CA");
    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });
  });

  it("shows its new certificate to new connections", async () => {
    const { ca, relay, ask } = await startWorld();
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
    const { ca, relay } = await startWorld();
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
    const { ca, relay, ask, sendJson } = await startWorld();
    const client = await issue(ca, BUNNY);
    const posted = await sendJson("/jobs", { content: { patient: "Nesbitt" } }, client);
    const { id } = JSON.parse(posted.kind === "answered" ? posted.body : "{}");
    expect(posted).toMatchObject({ status: 202 });

    const polled = await ask({ path: "/jobs/poll", client });
    const job = JSON.parse(polled.kind === "answered" ? polled.body : "{}");
    expect(job).toMatchObject({ id, content: { patient: "Nesbitt" } });
    expect(await ask({ path: "/jobs/poll", client })).toMatchObject({ status: 204 });

    const result = { lease: job.lease, result: { risk: 0.2 } };
    expect(await sendJson(`/jobs/${id}/results`, result, client)).toMatchObject({ status: 204 });
    expect(await sendJson(`/jobs/${id}/results`, result, client)).toMatchObject({ status: 204 });
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
    const { ca, ask } = await startWorld({ bodyBytesMax: 1_000 });
    const answer = await ask({
      ...{ method, path, client: await issue(ca, BUNNY) },
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body }),
    });

    expect(answer).toMatchObject({ status });
    expect(JSON.parse(answer.kind === "answered" ? answer.body : "{}")).toMatchObject({ error: { code } });
  });

  it("are only taken as JSON, and only while the queue has room", async () => {
    const { ca, ask, sendJson } = await startWorld({ openMax: 1 });
    const client = await issue(ca, BUNNY);

    const text = { method: "POST", path: "/jobs", headers: { "content-type": "text/plain" }, body: "{}" };
    expect(await ask({ ...text, client })).toMatchObject({ status: 415 });
    expect(await sendJson("/jobs", { content: 1 }, client)).toMatchObject({ status: 202 });
    expect(await sendJson("/jobs", { content: 2 }, client)).toMatchObject({ status: 503 });
  });

  it("never reach the log or an error, and are seen whole by the tap", async () => {
    const seen: Sighting[] = [];
    const { ca, output, ask, sendJson } = await startWorld({ tap: (sighting) => seen.push(sighting) });
    const client = await issue(ca, BUNNY);
    await sendJson("/jobs", { content: "Nesbitt, 54, hypertension" }, client);
    await ask({ path: "/jobs/poll", client });
    const wrong = await sendJson("/jobs", { "Nesbitt, 54": true }, client);

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
