import { describe, expect, it } from "vitest";
import { manualTimers } from "../aws/manual-timers.ts";
import { issue, makeCa } from "../testing/certificates.ts";
import { startWorld } from "./test-world.ts";

const RELAY = { commonName: "relay", dnsNames: ["relay.example"], usages: ["serverAuth"] as const };

async function world() {
  const timers = manualTimers(0);
  const { ca, relay, log } = await startWorld({ timers });
  const loaded = () =>
    log().flatMap((line) =>
      line.event === "relay.loaded" ? [[...line.serverCertificateSerials, line.trustBundleVersion]] : [],
    );
  const [[first] = []] = loaded();
  if (first === undefined) throw new Error("relay says what it has loaded as soon as it has started");
  return { timers, ca, relay, log, loaded, first };
}

describe("relay.loaded", () => {
  it("is said at the start and every minute", async () => {
    const { timers, loaded, first, log } = await world();
    expect(log().map(({ event }) => event)).toEqual(["relay.started", "trust-bundle.loaded", "relay.loaded"]);
    await timers.advance(59_999);
    expect(loaded()).toEqual([[first, "v1"]]);
    await timers.advance(1);
    await timers.advance(60_000);
    expect(loaded()).toEqual(Array(3).fill([first, "v1"]));
    expect(log().at(-1)).toMatchObject({ level: "info", replica: "relay-0" });
  });

  it("is said at once when something else is loaded: what is served first, what is to follow second", async () => {
    const { ca, relay, loaded, first } = await world();
    const next = await issue(ca, RELAY);
    relay.stageServerCertificate(next);
    relay.replaceServerCertificate(next);
    relay.stageServerCertificate(undefined);
    const bundle = await makeCa();
    relay.replaceTrustBundle({ version: "v2", pem: bundle.certificatePem });
    expect(loaded()).toEqual([
      [first, "v1"],
      [first, next.serial, "v1"],
      [next.serial, "v1"],
      [next.serial, "v2"],
    ]);
  });

  it("is not said again for what is loaded already, and a minute is counted from the last word", async () => {
    const { timers, ca, relay, loaded } = await world();
    await timers.advance(30_000);
    const next = await issue(ca, RELAY);
    relay.stageServerCertificate(next);
    relay.stageServerCertificate(next);
    expect(loaded()).toHaveLength(2);
    await timers.advance(59_999);
    expect(loaded()).toHaveLength(2);
    expect(timers.waiting()).toBe(1);
  });

  it("keeps what was staged when the next is unusable", async () => {
    const { ca, relay, loaded, first } = await world();
    const [next, other] = [await issue(ca, RELAY), await issue(ca, RELAY)];
    relay.stageServerCertificate(next);
    expect(() => relay.stageServerCertificate({ ...next, privateKeyPem: other.privateKeyPem })).toThrow(
      "does not belong to",
    );
    expect(loaded().at(-1)).toEqual([first, next.serial, "v1"]);
  });

  it("is said no more once relay is closed", async () => {
    const { timers, relay } = await world();
    await relay.close();
    expect(timers.waiting()).toBe(0);
  });
});
