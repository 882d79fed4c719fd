import { describe, expect, it, onTestFinished } from "vitest";
import { manualTimers } from "../aws/manual-timers.ts";
import { digestOf } from "./api-key-check.ts";
import { ApiKeys } from "./api-keys.ts";
import { RelayLogLine, relayLog } from "./log.ts";
import { type TestKey, testKey } from "./test-keys.ts";
import { testSecret } from "./test-secret.ts";

const [ONE, TWO, THREE] = [testKey(1), testKey(2), testKey(3)];

function world() {
  const [secret, other] = [testSecret(), testSecret()];
  const timers = manualTimers(0);
  const output: string[] = [];
  const keys = new ApiKeys({
    sources: [
      { name: "bunny-key", secret },
      { name: "fox-key", secret: other },
    ],
    log: relayLog({ output: (line) => void output.push(line), replica: "relay-0", clock: timers.now }),
    trustBundleVersion: () => "1",
    timers,
  });
  onTestFinished(() => keys.stop());
  let isReady = false;
  void keys.ready.then(() => {
    isReady = true;
  });
  for (const [number, key] of [ONE, TWO, THREE].entries()) secret.versions.set(`v${number + 1}`, key.value);
  const lines = () => output.map((line) => RelayLogLine.parse(JSON.parse(line)));
  const accepts = (...candidates: TestKey[]) => candidates.map(({ key }) => keys.find(digestOf(key))?.id);
  return { secret, other, timers, keys, output, lines, accepts, ready: () => isReady };
}

describe("ApiKeys", () => {
  it("accepts what any of the three labels is on, by the key's digest, and nothing else", async () => {
    const { secret, keys, accepts } = world();
    secret.labels.set("AWSPREVIOUS", "v1").set("AWSCURRENT", "v2");
    await keys.look();
    expect(accepts(ONE, TWO, THREE)).toEqual([ONE.id, TWO.id, undefined]);
    secret.labels.set("AWSPENDING", "v3");
    await keys.look();
    expect(accepts(ONE, TWO, THREE)).toEqual([ONE.id, TWO.id, THREE.id]);
    expect(keys.loadedIds).toEqual([ONE.id, TWO.id, THREE.id]);
    expect(keys.find(ONE.key)).toBe(undefined);
  });

  it("fetches each version once while it has a label", async () => {
    const { secret, keys } = world();
    secret.labels.set("AWSPENDING", "v1");
    await keys.look();
    secret.labels.set("AWSCURRENT", "v1");
    await keys.look();
    await keys.look();
    expect(secret.reads).toEqual(["v1"]);
  });

  it("accepts a key without a label for one look more, and does not say that it is loaded", async () => {
    const { secret, keys, accepts } = world();
    secret.labels.set("AWSPREVIOUS", "v1").set("AWSCURRENT", "v2");
    await keys.look();
    secret.labels.delete("AWSPREVIOUS");
    await keys.look();
    expect(accepts(ONE)).toEqual([ONE.id]);
    expect(keys.loadedIds).toEqual([TWO.id]);
    await keys.look();
    expect(accepts(ONE, TWO)).toEqual([undefined, TWO.id]);
  });

  it("takes a key back whose label a reading of some seconds ago did not have", async () => {
    const { secret, keys, accepts } = world();
    secret.labels.set("AWSCURRENT", "v1");
    for (const has of [true, false, true, false]) {
      if (has) secret.labels.set("AWSCURRENT", "v1");
      else secret.labels.delete("AWSCURRENT");
      await keys.look();
      expect(accepts(ONE)).toEqual([ONE.id]);
    }
  });

  it("goes on with what it knows while labels, or a new version, cannot be read", async () => {
    const { secret, keys, accepts, lines } = world();
    secret.labels.set("AWSCURRENT", "v1");
    await keys.look();
    secret.broken.add("labels");
    for (let look = 0; look < 3; look += 1) await keys.look();
    expect(accepts(ONE)).toEqual([ONE.id]);
    secret.broken.delete("labels");
    secret.broken.add("v2");
    secret.labels.set("AWSCURRENT", "v2").set("AWSPREVIOUS", "v1");
    for (let look = 0; look < 3; look += 1) await keys.look();
    expect(accepts(ONE, TWO)).toEqual([ONE.id, undefined]);
    expect(keys.loadedIds).toEqual([ONE.id]);
    secret.broken.clear();
    await keys.look();
    expect(accepts(ONE, TWO)).toEqual([ONE.id, TWO.id]);
    expect(lines()).toMatchObject([
      { event: "api-key.unusable", level: "warn", apiKey: "bunny-key", reason: "unreadable" },
      { reason: "unreadable", label: "AWSCURRENT", versionId: "v2" },
    ]);
    expect(lines()[0]).not.toHaveProperty("label");
  });

  it("refuses a retired key after two looks, also while another version cannot be read", async () => {
    const { secret, keys, accepts } = world();
    secret.labels.set("AWSCURRENT", "v2").set("AWSPREVIOUS", "v1");
    await keys.look();
    secret.broken.add("v3");
    secret.labels.delete("AWSPREVIOUS");
    secret.labels.set("AWSPENDING", "v3");
    await keys.look();
    expect(accepts(ONE, TWO)).toEqual([ONE.id, TWO.id]);
    await keys.look();
    expect(accepts(ONE, TWO)).toEqual([undefined, TWO.id]);
  });

  it("says of a version in another form once that it is malformed, and nothing of what it holds", async () => {
    const { secret, keys, accepts, lines, output } = world();
    secret.versions.set("v4", THREE.value.replace("api-key", "api-kex"));
    secret.labels.set("AWSCURRENT", "v1").set("AWSPENDING", "v4");
    await keys.look();
    await keys.look();
    expect(accepts(ONE, THREE)).toEqual([ONE.id, undefined]);
    expect(lines()).toMatchObject([
      { apiKey: "bunny-key", reason: "malformed", label: "AWSPENDING", versionId: "v4" },
    ]);
    for (const { key } of [ONE, THREE]) expect(output.join()).not.toContain(key);
  });

  it("is not ready before every secret was read once, and is from then on", async () => {
    const { secret, other, keys, ready, timers } = world();
    secret.labels.set("AWSCURRENT", "v1");
    other.broken.add("labels");
    keys.start();
    await timers.advance(0);
    expect(ready()).toBe(false);
    other.broken.clear();
    await timers.advance(60_000);
    expect(ready()).toBe(true);
  });

  it("is ready where nothing was ever put, and not while a version cannot be read", async () => {
    const { secret, keys, ready, timers } = world();
    secret.labels.set("AWSCURRENT", "v1");
    secret.broken.add("v1");
    keys.start();
    await timers.advance(59_999);
    expect(ready()).toBe(false);
    secret.labels.clear();
    await timers.advance(1);
    expect(ready()).toBe(true);
  });

  it("looks each minute until it is stopped", async () => {
    const { keys, timers } = world();
    keys.start();
    await timers.advance(120_000);
    expect(timers.waiting()).toBe(1);
    await keys.stop();
    expect(timers.waiting()).toBe(0);
  });

  it("tells whenever it has looked", async () => {
    const { secret, keys } = world();
    const told: (readonly string[])[] = [];
    keys.onChanged(() => told.push(keys.loadedIds));
    secret.labels.set("AWSCURRENT", "v1");
    await keys.look();
    expect(told).toEqual([[ONE.id]]);
  });
});
