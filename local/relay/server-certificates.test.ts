import { Agent } from "node:https";
import { describe, expect, it, vi } from "vitest";
import { makeCa } from "../testing/certificates.ts";
import { shown, startWatchedRelay as world } from "./test-watched-relay.ts";

const HOUR_MS = 3_600_000;

describe("ServerCertificates", () => {
  it("starts relay with the first certificate that is current, and not before", async () => {
    const { secret, watch, started, put, poll, loaded, unusable } = await world();
    await watch.look();
    secret.versions.set("v0", JSON.stringify({ kind: "request", privateKey: "k", csr: "c" }));
    secret.labels.set("AWSCURRENT", "v0").set("AWSPENDING", "v0");
    await watch.look();
    const first = await put("v1");
    secret.labels.set("AWSPENDING", "v1");
    await watch.look();
    expect(started).toEqual([]);

    secret.labels.set("AWSCURRENT", "v1");
    await watch.look();
    expect(await poll()).toMatchObject({ status: 204 });
    expect(loaded()).toEqual([[first.serial]]);
    expect(unusable()).toEqual([
      { label: "AWSCURRENT", reason: "no-certificate" },
      { label: "AWSCURRENT", reason: "no-certificate" },
    ]);
  });

  it("says that the pending one is loaded, and serves it to new connections once it is current", async () => {
    const { secret, watch, put, poll, loaded } = await world();
    const first = await put("v1");
    secret.labels.set("AWSCURRENT", "v1");
    await watch.look();
    const open = new Agent({ keepAlive: true, maxSockets: 1 });
    const connections = new Set<object>();
    open.on("free", (socket) => connections.add(socket));
    await poll(open);

    const second = await put("v2");
    secret.labels.set("AWSPENDING", "v2");
    await watch.look();
    expect(await shown(poll)).toBe(first.serial);

    secret.labels.set("AWSCURRENT", "v2");
    await watch.look();
    secret.labels.delete("AWSPENDING");
    await watch.look();
    expect(await shown(poll)).toBe(second.serial);
    expect(await poll(open)).toMatchObject({ status: 204 });
    expect(connections.size).toBe(1);
    open.destroy();
    expect(loaded()).toEqual([[first.serial], [first.serial, second.serial], [second.serial]]);
  });

  it("does not say of one that is current and still labelled as pending that it is bad twice", async () => {
    const { secret, watch, put, unusable } = await world();
    await put("v1", await makeCa());
    secret.labels.set("AWSCURRENT", "v1").set("AWSPENDING", "v1");
    await watch.look();
    expect(unusable()).toEqual([{ label: "AWSCURRENT", reason: "unknown-ca" }]);
  });

  it("leaves the listener alone while nothing has changed", async () => {
    const { secret, watch, put, started } = await world();
    await put("v1");
    secret.labels.set("AWSCURRENT", "v1");
    await watch.look();
    const [relay] = started;
    if (relay === undefined) throw new Error("relay has not started");
    const replaced = vi.spyOn(relay, "replaceServerCertificate");
    await watch.look();
    expect(replaced).not.toHaveBeenCalled();
  });

  it("goes back when the label is moved back", async () => {
    const { secret, watch, put, poll } = await world();
    const first = await put("v1");
    await put("v2");
    for (const version of ["v1", "v2", "v1"]) {
      secret.labels.set("AWSCURRENT", version);
      await watch.look();
    }
    expect(await shown(poll)).toBe(first.serial);
  });

  it.each(["AWSPENDING", "AWSCURRENT"] as const)(
    "says of a bad %s once, and changes nothing",
    async (label) => {
      const { secret, watch, put, poll, loaded, unusable } = await world();
      const first = await put("v1");
      secret.labels.set("AWSCURRENT", "v1");
      await watch.look();
      await put("v2", await makeCa({ commonName: "Issuing CA" }));
      secret.labels.set(label, "v2");
      await watch.look();
      await watch.look();
      secret.versions.set("v3", '{"kind":"certificate"}');
      secret.labels.set(label, "v3");
      await watch.look();

      expect(await shown(poll)).toBe(first.serial);
      expect(loaded()).toEqual([[first.serial]]);
      expect(unusable()).toEqual([
        { label, reason: "unknown-ca" },
        { label, reason: "malformed" },
      ]);
    },
  );

  it("goes on when the current one has no label any more, or ends, and says so", async () => {
    const { secret, timers, watch, put, started, unusable } = await world();
    await put("v1");
    secret.labels.set("AWSCURRENT", "v1");
    await watch.look();
    secret.labels.clear();
    await watch.look();
    secret.labels.set("AWSCURRENT", "v1");
    await timers.advance(2 * HOUR_MS);
    await watch.look();

    expect(started).toHaveLength(1);
    expect(unusable()).toEqual([
      { label: "AWSCURRENT", reason: "no-certificate" },
      { label: "AWSCURRENT", reason: "expired" },
    ]);
  });

  it("changes nothing while the secret cannot be read, and says so once each time", async () => {
    const { secret, watch, put, loaded, unusable } = await world();
    const first = await put("v1");
    const second = await put("v2");
    secret.labels.set("AWSCURRENT", "v1").set("AWSPENDING", "v2");
    await watch.look();
    for (let time = 0; time < 2; time += 1) {
      secret.broken.add("labels");
      await watch.look();
      await watch.look();
      secret.broken.clear();
      await watch.look();
    }
    secret.broken.add("v3");
    secret.labels.set("AWSPENDING", "v3");
    await watch.look();

    // What was loaded stays said to be: nothing tells that it is pending no more.
    expect(loaded()).toEqual([[first.serial], [first.serial, second.serial]]);
    expect(unusable()).toEqual([
      { label: undefined, reason: "unreadable" },
      { label: undefined, reason: "unreadable" },
      { label: "AWSPENDING", reason: "unreadable" },
    ]);
  });

  it("takes a pending one that is not valid yet as soon as it is, and no longer than it is", async () => {
    const { secret, timers, watch, put, loaded, unusable } = await world();
    const first = await put("v1", undefined, { notAfter: new Date(Date.now() + 9 * HOUR_MS) });
    const later = { notBefore: new Date(Date.now() + HOUR_MS / 2), notAfter: new Date(Date.now() + HOUR_MS) };
    const second = await put("v2", undefined, later);
    secret.labels.set("AWSCURRENT", "v1").set("AWSPENDING", "v2");
    await watch.look();
    await timers.advance(HOUR_MS * 0.75);
    await watch.look();
    await timers.advance(HOUR_MS);
    await watch.look();

    const changes = loaded().filter((serials, index, all) => serials.join() !== all[index - 1]?.join());
    expect(changes).toEqual([[first.serial], [first.serial, second.serial], [first.serial]]);
    expect(unusable().map(({ reason }) => reason)).toEqual(["not-yet-valid", "expired"]);
  });

  it("fetches each version once, and again only when that failed or it held no certificate", async () => {
    const { secret, watch, put } = await world();
    secret.versions.set("v0", "{}");
    secret.labels.set("AWSCURRENT", "v0").set("AWSPENDING", "v0");
    await watch.look();
    expect(secret.reads.splice(0)).toEqual(["v0"]);
    await put("v1");
    secret.broken.add("v2");
    secret.labels.set("AWSCURRENT", "v1").set("AWSPENDING", "v2");
    await watch.look();
    await put("v2");
    secret.broken.clear();
    await watch.look();
    secret.labels.set("AWSCURRENT", "v2");
    await watch.look();
    await watch.look();
    expect(secret.reads).toEqual(["v1", "v2", "v2"]);
  });

  it("looks again and again, by itself", async () => {
    const { secret, timers, watch, put, started } = await world();
    watch.start();
    await timers.advance(0);
    await put("v1");
    secret.labels.set("AWSCURRENT", "v1");
    await timers.advance(59_999);
    expect(started).toEqual([]);
    await timers.advance(1);
    await watch.stop();
    expect(started).toHaveLength(1);
  });

  it("stops looking when it is told to", async () => {
    const { timers, watch } = await world();
    watch.start();
    await watch.stop();
    expect(timers.waiting()).toBe(0);
  });

  it("never writes a key or what else a version holds into the log", async () => {
    const { secret, watch, put, output } = await world();
    const { privateKeyPem } = await put("v1");
    secret.labels.set("AWSCURRENT", "v1").set("AWSPENDING", "v2");
    secret.versions.set("v2", `{"kind":"certificate","privateKey":${JSON.stringify(privateKeyPem)}`);
    await watch.look();
    secret.versions.set("v3", JSON.stringify({ kind: privateKeyPem }));
    secret.labels.set("AWSPENDING", "v3");
    await watch.look();

    expect(output.length).toBeGreaterThan(4);
    expect(output.join()).not.toContain(privateKeyPem.split("\n")[1]);
  });
});
