import { describe, expect, it, onTestFinished } from "vitest";
import { manualTimers } from "../aws/manual-timers.ts";
import { makeCa } from "../testing/certificates.ts";
import { RelayLogLine, relayLog } from "./log.ts";
import { testBundle } from "./test-keys.ts";
import { testSecret } from "./test-secret.ts";
import { TrustBundles } from "./trust-bundles.ts";

async function world() {
  const [ca, next] = [await makeCa(), await makeCa({ commonName: "Next CA" })];
  const secret = testSecret();
  const timers = manualTimers(0);
  const output: string[] = [];
  const bundles = new TrustBundles({
    secret,
    initial: { version: "1", pem: ca.certificatePem },
    log: relayLog({ output: (line) => void output.push(line), replica: "relay-0", clock: timers.now }),
    timers,
  });
  onTestFinished(() => bundles.stop());
  const loaded: string[] = [];
  bundles.onLoaded(({ version }) => loaded.push(version));
  let isReady = false;
  void bundles.ready.then(() => {
    isReady = true;
  });
  const both = testBundle(2, [ca.certificatePem, next.certificatePem]);
  const one = testBundle(1, [ca.certificatePem]);
  secret.versions.set("v1", one.text).set("v2", both.text);
  const look = async (label?: string) => {
    if (label !== undefined) secret.labels.set("AWSCURRENT", label);
    await bundles.look();
    return bundles.current.version;
  };
  const reasons = () =>
    output
      .map((line) => RelayLogLine.parse(JSON.parse(line)))
      .map((line) => (line.event === "trust-bundle.unusable" ? [line.reason, line.versionId] : []));
  return { ca, next, secret, bundles, loaded, ready: () => isReady, one, both, look, reasons };
}

describe("TrustBundles", () => {
  it("goes by what relay's people gave it where nothing was ever published", async () => {
    const { look, ready, reasons } = await world();
    expect(await look()).toBe("1");
    expect(ready()).toBe(true);
    expect(reasons()).toEqual([]);
  });

  it("loads what is current, tells of each new one once, and fetches it once", async () => {
    const { look, loaded, secret, one, both } = await world();
    expect(await look("v1")).toBe(one.version);
    await look();
    expect(await look("v2")).toBe(both.version);
    expect(loaded).toEqual([one.version, both.version]);
    expect(secret.reads).toEqual(["v1", "v2"]);
  });

  it("never loads one with a lower number, and says so once", async () => {
    const { look, loaded, both, reasons } = await world();
    await look("v2");
    expect(await look("v1")).toBe(both.version);
    await look();
    expect(loaded).toEqual([both.version]);
    expect(reasons()).toEqual([["older", "v1"]]);
  });

  it("never loads one so far above its own that numbers would come to an end, and takes the one after it", async () => {
    const { look, ca, secret, one, both, reasons } = await world();
    const far = (number: number) => testBundle(number, [ca.certificatePem]);
    secret.versions.set("v3", far(10_002).text).set("v4", far(10_001).text);
    await look("v1");
    expect(await look("v3")).toBe(one.version);
    expect(await look("v2")).toBe(both.version);
    expect(await look("v4")).toBe(far(10_001).version);
    expect(reasons()).toEqual([["too-far", "v3"]]);
  });

  it("goes on when it is malformed, unreadable or without a label, and says so once each", async () => {
    const { look, secret, one, reasons } = await world();
    await look("v1");
    secret.versions.set("v3", "{}");
    for (let times = 0; times < 2; times += 1) expect(await look("v3")).toBe(one.version);
    secret.broken.add("v4");
    expect(await look("v4")).toBe(one.version);
    secret.broken.add("labels");
    expect(await look()).toBe(one.version);
    secret.broken.clear();
    secret.labels.clear();
    expect(await look()).toBe(one.version);
    expect(reasons()).toEqual([
      ["malformed", "v3"],
      ["unreadable", "v4"],
      ["unreadable", undefined],
    ]);
  });

  it("is not ready while it cannot tell what counts: that bundle may refuse somebody", async () => {
    const { look, secret, ready, one } = await world();
    secret.broken.add("labels");
    await look("v1");
    expect(ready()).toBe(false);
    secret.broken.clear();
    secret.versions.set("v3", "{}");
    await look("v3");
    await look("gone");
    expect(ready()).toBe(false);
    expect(await look("v1")).toBe(one.version);
    expect(ready()).toBe(true);
  });
});
