import { describe, expect, it } from "vitest";
import { testKey } from "../relay/test-keys.ts";
import { makeCa } from "../testing/certificates.ts";
import { startKeyedBunny as world } from "./test-keyed-bunny.ts";

describe("Bunny with an API key and a trust bundle", () => {
  it("does not poll before both are mounted, and says with each poll what it has loaded", async () => {
    const { ca, bunny, label, write, mountCertificate, mountBundle, accepted } = await world();
    const key = testKey(1);
    await label({ AWSCURRENT: key });
    await mountCertificate();
    await bunny.round();
    await write("key-0", key.key);
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ polls: 0, apiKeysUsed: 0, trustBundleVersion: undefined });
    const { version } = await mountBundle(1, [ca]);
    await bunny.round();
    expect(bunny.counts()).toMatchObject({
      polls: 1,
      failedPolls: 0,
      apiKeysUsed: 1,
      trustBundleVersion: version,
    });
    expect(accepted()).toMatchObject([
      { apiKeyId: key.id, clientReplica: "bunny-0", clientTrustBundleVersion: version },
    ]);
  });

  it("changes its key under load through a whole rotation, with no refused call", async () => {
    const { ca, relay, bunny, label, write, mountCertificate, mountBundle, accepted, output, events } =
      await world();
    const [old, next] = [testKey(1), testKey(2)];
    await mountCertificate();
    await mountBundle(1, [ca]);
    await write("key-0", old.key);
    const steps: (() => Promise<void>)[] = [
      () => label({ AWSCURRENT: old, AWSPENDING: next }),
      () => write("key-0", next.key),
      () => label({ AWSCURRENT: next, AWSPREVIOUS: old }),
      () => label({ AWSCURRENT: next }),
    ];
    await label({ AWSCURRENT: old });
    for (const step of steps) {
      relay.queue.submit("a job");
      await bunny.round();
      await step();
      relay.queue.submit("another");
      await bunny.round();
    }
    expect(bunny.counts()).toMatchObject({ failedPolls: 0, failedJobs: 0, results: 8, apiKeysUsed: 2 });
    expect(output.join()).not.toContain("client.refused");
    expect(new Set(accepted().map(({ apiKeyId }) => apiKeyId))).toEqual(new Set([old.id, next.id]));
    for (const { key } of [old, next]) expect(output.join() + events.join()).not.toContain(key);
  });

  it("keeps its key when the vault has one that relay does not know, and loses no poll", async () => {
    const { ca, bunny, label, write, mountCertificate, mountBundle, events, time } = await world();
    const [old, next] = [testKey(1), testKey(2)];
    await mountCertificate();
    await mountBundle(1, [ca]);
    await label({ AWSCURRENT: old });
    await write("key-0", old.key);
    await bunny.round();
    await write("key-0", next.key);
    for (let round = 0; round < 3; round += 1) await bunny.round();
    expect(bunny.counts()).toMatchObject({ polls: 4, failedPolls: 0, apiKeysUsed: 1 });
    expect(JSON.parse(events.at(-1) ?? "")).toMatchObject({
      ...{ level: "warn", event: "api-key.not-accepted", apiKey: "key-0", reason: "status-401", keeps: true },
    });
    await label({ AWSCURRENT: old, AWSPENDING: next });
    time.now += 60_000;
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ failedPolls: 0, apiKeysUsed: 2 });
  });

  it("takes a new certificate and a new key at once, also when one of the two is bad", async () => {
    const { ca, bunny, label, write, mountCertificate, mountBundle } = await world();
    const [old, next] = [testKey(1), testKey(2)];
    await mountBundle(1, [ca]);
    await label({ AWSCURRENT: old });
    const first = await mountCertificate();
    await write("key-0", old.key);
    await bunny.round();
    const second = await mountCertificate();
    await write("key-0", next.key);
    await bunny.round();
    await mountCertificate(await makeCa());
    await write("key-0", old.key);
    await bunny.round();
    expect(bunny.counts()).toMatchObject({
      ...{ polls: 3, failedPolls: 0, certificatesUsed: [first.serial, second.serial], apiKeysUsed: 1 },
    });
  });

  it("sends for each call the key that is good for it", async () => {
    const { ca, relay, bunny, label, write, mountCertificate, mountBundle } = await world([
      ["poll"],
      ["results"],
    ]);
    const [polls, results] = [testKey(1, { scopes: ["poll"] }), testKey(2, { scopes: ["results"] })];
    await mountCertificate();
    await mountBundle(1, [ca]);
    await label({ AWSCURRENT: polls, AWSPREVIOUS: results });
    await write("key-0", polls.key);
    await write("key-1", results.key);
    relay.queue.submit("a job");
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ failedPolls: 0, jobs: 1, results: 1, apiKeysUsed: 2 });
  });
});
