import { Agent } from "node:https";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseApiKey } from "../../shared/keys/api-key-value.ts";
import { Secret } from "../../shared/runtime/secret.ts";
import { issue } from "../testing/certificates.ts";
import { digestOf } from "./api-key-check.ts";
import { bearer, type TestKey, testKey } from "./test-keys.ts";
import { BUNNY, startWorld } from "./test-world.ts";

const [FIRST, NEXT] = [testKey(1), testKey(2)];
const POLLS = testKey(3, { scopes: ["poll"] });
const FOXS = testKey(4, { identity: "fox.example" });

/** Who is bunny needs a key, and who is the producer needs none. */
async function world() {
  const time = { now: Date.now() };
  const known = new Map<string, TestKey>();
  const know = (...keys: readonly TestKey[]) => {
    for (const key of keys) known.set(digestOf(key.key), key);
  };
  know(FIRST, POLLS, FOXS);
  const relay = await startWorld({
    identities: ["bunny.example", "producer.example"],
    clock: () => time.now,
    apiKeys: {
      find: (digest) => {
        const key = known.get(digest);
        return key === undefined ? undefined : parseApiKey(new Secret(key.value))?.facts;
      },
      mustHaveKey: ["bunny.example"],
      loadedIds: () => [...known.values()].map(({ id }) => id).toSorted(),
    },
  });
  const client = await issue(relay.ca, BUNNY);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const poll = (headers: Readonly<Record<string, string>> = {}) =>
    relay.ask({ path: "/jobs/poll", client, agent, headers });
  const forget = (key: TestKey) => known.delete(digestOf(key.key));
  return { ...relay, client, agent, time, know, forget, poll };
}

const refusal = (code: string) => JSON.stringify({ error: { code } }).slice(1, -2);

describe("the door of relay, with API keys", () => {
  it("lets a request with a good key pass, and logs the key's id beside the certificate", async () => {
    const { poll, clientsIn, client, output } = await world();
    expect(await poll(bearer(FIRST))).toMatchObject({ status: 204 });
    expect(clientsIn()).toMatchObject([
      { event: "client.accepted", clientCertificateSerial: client.serial, apiKeyId: FIRST.id },
    ]);
    expect(output.join()).not.toContain(FIRST.key);
  });

  it.each([
    ["api-key-missing", 401, {}, undefined],
    ["api-key-unknown", 401, bearer(NEXT), undefined],
    ["api-key-identity", 403, bearer(FOXS), FOXS.id],
  ])("answers %s by %i on a connection that lives on", async (reason, status, headers, apiKeyId) => {
    const { poll, clientsIn, client, output } = await world();
    const answer = await poll(headers);
    expect(answer).toMatchObject({ status, body: expect.stringContaining(refusal(reason)) });
    const [line] = clientsIn();
    expect(line).toMatchObject({
      ...{ level: "warn", event: "client.refused", reason, clientCertificateSerial: client.serial },
    });
    expect(line !== undefined && "apiKeyId" in line ? line.apiKeyId : undefined).toBe(apiKeyId);
    expect(await poll(bearer(FIRST))).toMatchObject({ status: 204 });
    expect(output.join() + JSON.stringify(answer)).not.toMatch(new RegExp(`${NEXT.key}|${FOXS.key}`));
  });

  it("holds each route to the key's scope", async () => {
    const { poll, ask, client, clientsIn } = await world();
    expect(await poll(bearer(POLLS))).toMatchObject({ status: 204 });
    const result = { method: "POST", path: "/jobs/one/results", client, body: "{}" };
    const headers = { "content-type": "application/json" };
    expect(await ask({ ...result, headers: { ...headers, ...bearer(POLLS) } })).toMatchObject({
      ...{ status: 403, body: expect.stringContaining(refusal("api-key-scope")) },
    });
    expect(clientsIn().at(-1)).toMatchObject({ reason: "api-key-scope", apiKeyId: POLLS.id });
    expect(await ask({ ...result, headers: { ...headers, ...bearer(FIRST) } })).toMatchObject({
      status: 400,
    });
  });

  it("does not stand in for a certificate, and asks none of who need not have one", async () => {
    const { ca, ask, sendJson } = await world();
    expect(await ask({ path: "/jobs/poll", headers: bearer(FIRST) })).toMatchObject({ kind: "closed" });
    const producer = await issue(ca, { ...BUNNY, dnsNames: ["producer.example"] });
    expect(await sendJson("/jobs", { content: 1 }, producer)).toMatchObject({ status: 202 });
    const stolen = { path: "/jobs/poll", client: producer, headers: bearer(FIRST) };
    expect(await ask(stolen)).toMatchObject({ status: 403 });
  });

  it("refuses a key that is no longer known at the next request on a connection that lives on", async () => {
    const { poll, know, forget } = await world();
    know(NEXT);
    expect(await poll(bearer(FIRST))).toMatchObject({ status: 204 });
    forget(FIRST);
    expect(await poll(bearer(FIRST))).toMatchObject({ status: 401 });
    expect(await poll(bearer(NEXT))).toMatchObject({ status: 204 });
  });

  it("logs another key on the same connection at once, and each once a minute", async () => {
    const { poll, know, time, clientsIn } = await world();
    know(NEXT);
    for (const key of [FIRST, FIRST, NEXT, FIRST, NEXT]) await poll(bearer(key));
    const ids = () => clientsIn().map((line) => ("apiKeyId" in line ? line.apiKeyId : undefined));
    expect(ids()).toEqual([FIRST.id, NEXT.id]);
    time.now += 60_000;
    await poll(bearer(NEXT));
    expect(ids()).toEqual([FIRST.id, NEXT.id, NEXT.id]);
  });

  it("logs a caller that is refused again and again once a minute", async () => {
    const { poll, time, clientsIn } = await world();
    for (const passed of [0, 1_000, 58_000, 1_000]) {
      time.now += passed;
      await poll();
    }
    expect(clientsIn()).toMatchObject([{ reason: "api-key-missing" }, { reason: "api-key-missing" }]);
  });

  it("logs what a caller says to have loaded, when that is in the form", async () => {
    const { poll, clientsIn } = await world();
    const version = `3-${"0".repeat(16)}`;
    const words = (replica: string) => ({
      ...bearer(FIRST),
      ...{ "warrener-replica": replica, "warrener-trust-bundle": version },
    });
    await poll(words("bunny-0"));
    await poll(words("bunny-1"));
    await poll(words("NOT A NAME"));
    expect(clientsIn()).toMatchObject([
      { clientReplica: "bunny-0", clientTrustBundleVersion: version },
      { clientReplica: "bunny-1", clientTrustBundleVersion: version },
      { clientTrustBundleVersion: version },
    ]);
    expect(clientsIn().at(-1)).not.toHaveProperty("clientReplica");
  });

  it("says which keys are loaded, and at once when that changes", async () => {
    const { relay, know, log } = await world();
    const loaded = () => log().flatMap((line) => (line.event === "relay.loaded" ? [line.apiKeyIds] : []));
    const before = [FIRST.id, POLLS.id, FOXS.id];
    relay.apiKeysChanged();
    expect(loaded()).toEqual([before.toSorted()]);
    know(NEXT);
    relay.apiKeysChanged();
    expect(loaded()).toEqual([before.toSorted(), [...before, NEXT.id].toSorted()]);
  });

  it("are not looked at, and not said to be loaded, where relay is given none", async () => {
    const { ca, ask, log } = await startWorld();
    const client = await issue(ca, BUNNY);
    expect(await ask({ path: "/jobs/poll", client, headers: bearer(FIRST) })).toMatchObject({ status: 204 });
    for (const line of log()) {
      expect(line).not.toHaveProperty("apiKeyId");
      expect(line).not.toHaveProperty("apiKeyIds");
    }
  });
});
