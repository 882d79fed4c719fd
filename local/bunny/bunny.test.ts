import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Relay } from "../relay/relay.ts";
import { type Ca, issue, makeCa } from "../testing/certificates.ts";
import { Bunny, type BunnyOptions } from "./bunny.ts";

const IDENTITY = { commonName: "bunny", dnsNames: ["bunny.example"], usages: ["clientAuth"] as const };

async function world(options: Partial<BunnyOptions> = {}) {
  const ca = await makeCa({ commonName: "Issuing CA" });
  const serverCertificate = await issue(ca, {
    commonName: "relay",
    dnsNames: ["relay.example"],
    usages: ["serverAuth"],
  });
  const startRelay = (port = 0, pem = ca.certificatePem) =>
    Relay.start({
      serverCertificate,
      trustBundle: { version: "v1", pem },
      identities: ["bunny.example"],
      replica: "relay-0",
      output: () => {},
      port,
    });
  const relay = await startRelay();
  const directory = await mkdtemp(join(tmpdir(), "bunny-"));
  const certificatePath = join(directory, "bunny.pem");
  const time = { now: Date.now() };
  const events: { event: string }[] = [];
  const heard = new Map<string, () => void>();
  const bunny = new Bunny({
    relay: { host: "127.0.0.1", port: relay.port, servername: "relay.example", caPem: ca.certificatePem },
    certificatePath,
    work: (content) => ({ done: content }),
    output: (line) => {
      const event = JSON.parse(line);
      events.push(event);
      heard.get(`${event.event} ${event.serial}`)?.();
    },
    pollIntervalMs: 5,
    clock: () => time.now,
    ...options,
  });
  onTestFinished(async () => {
    await bunny.stop();
    await relay.close();
    await rm(directory, { recursive: true });
  });
  const write = async (text: string) => {
    await writeFile(`${certificatePath}.new`, text);
    await rename(`${certificatePath}.new`, certificatePath);
  };
  const mount = async (from: Ca, life: { notBefore?: Date; notAfter?: Date } = {}) => {
    const issued = await issue(from, { ...IDENTITY, ...life });
    await write(issued.secretPem);
    return issued.serial;
  };
  const adopted = (serial: string) =>
    new Promise<void>((resolve) => heard.set(`certificate.adopted ${serial}`, resolve));
  return { ca, relay, startRelay, bunny, time, events, mount, write, adopted };
}

const names = (events: readonly { event: string }[]) => events.map(({ event }) => event);

describe("Bunny", () => {
  it("takes jobs from relay and brings the results", async () => {
    const { ca, relay, bunny, mount } = await world();
    const serial = await mount(ca);
    const job = relay.queue.submit({ patient: "Nesbitt" });
    if (job === "full") throw new Error("the queue is full");

    expect(await bunny.round()).toEqual({ waitMs: 0 });
    expect(await bunny.round()).toEqual({ waitMs: 5 });
    expect(relay.queue.result(job.id)).toEqual({ done: { patient: "Nesbitt" } });
    expect(bunny.counts()).toEqual({
      ...{ polls: 2, failedPolls: 0, trials: 1, failedTrials: 0 },
      ...{ jobs: 1, failedJobs: 0, results: 1, certificatesUsed: [serial] },
      ...{ apiKeysUsed: 0, trustBundleVersion: undefined },
    });
  });

  it("changes its certificate under load, again and again, without one failed poll", async () => {
    const { ca, relay, bunny, write, adopted } = await world({
      work: (content) => {
        relay.queue.submit(content);
        return content;
      },
    });
    for (const job of [1, 2, 3]) relay.queue.submit(job);
    const serials: string[] = [];
    for (let renewal = 0; renewal < 5; renewal += 1) {
      const issued = await issue(ca, IDENTITY);
      const taken = adopted(issued.serial);
      await write(issued.secretPem);
      bunny.start();
      await taken;
      serials.push(issued.serial);
    }
    await bunny.stop();

    const counts = bunny.counts();
    expect(counts).toMatchObject({ failedPolls: 0, failedTrials: 0, failedJobs: 0 });
    expect(counts.certificatesUsed).toEqual(serials);
    expect(counts.polls).toBeGreaterThanOrEqual(5);
    expect(counts.results).toBe(counts.jobs);
  });

  it.each([
    ["another CA's", async () => issue(await makeCa({ commonName: "Issuing CA" }), IDENTITY)],
    [
      "one that is not valid yet",
      (ca: Ca) => issue(ca, { ...IDENTITY, notBefore: new Date(Date.now() + 600_000) }),
    ],
    ["one of another name", (ca: Ca) => issue(ca, { ...IDENTITY, dnsNames: ["fox.example"] })],
  ])("keeps its certificate when the new one is refused: %s", async (_, bad) => {
    const { ca, bunny, events, mount, write } = await world();
    const good = await mount(ca);
    await bunny.round();
    const refused = await bad(ca);
    await write(refused.secretPem);
    for (let round = 0; round < 3; round += 1) await bunny.round();

    expect(bunny.counts()).toMatchObject({
      ...{ polls: 4, failedPolls: 0, trials: 2, failedTrials: 1, certificatesUsed: [good] },
    });
    expect(events.at(-1)).toMatchObject({
      ...{ event: "certificate.not-accepted", serial: refused.serial, reason: "ECONNRESET", keeps: good },
    });
  });

  it("tries a refused certificate again later and takes it once relay trusts it", async () => {
    const { ca, relay, bunny, time, events, mount } = await world({ retryAfterMs: 1_000 });
    const next = await makeCa({ commonName: "Next CA" });
    const first = await mount(ca);
    await bunny.round();
    const second = await mount(next);
    for (const passed of [0, 1_000]) {
      time.now += passed;
      await bunny.round();
    }
    expect(bunny.counts()).toMatchObject({ failedPolls: 0, failedTrials: 2 });
    expect(names(events).filter((name) => name === "certificate.not-accepted")).toHaveLength(1);
    relay.replaceTrustBundle({ version: "v2", pem: ca.certificatePem + next.certificatePem });
    time.now += 999;
    await bunny.round();
    expect(bunny.counts().certificatesUsed).toEqual([first]);
    time.now += 1;
    await bunny.round();

    expect(bunny.counts()).toMatchObject({ failedPolls: 0, certificatesUsed: [first, second] });
  });

  it("tries a refused certificate again in half the time that the old one has left, when that is sooner", async () => {
    const { ca, bunny, time, mount } = await world({ retryAfterMs: 3_600_000 });
    await mount(ca, { notAfter: new Date(time.now + 60_000) });
    await bunny.round();
    await mount(await makeCa({ commonName: "Next CA" }));
    await bunny.round();
    time.now += 29_000;
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ failedTrials: 1 });
    time.now += 1_000;
    await bunny.round();

    expect(bunny.counts()).toMatchObject({ failedTrials: 2, failedPolls: 0 });
  });

  it("tries the new certificate in the next round when the old one works no more", async () => {
    const { ca, relay, startRelay, bunny, mount } = await world();
    const next = await makeCa({ commonName: "Next CA" });
    const first = await mount(ca);
    await bunny.round();
    const second = await mount(next);
    await bunny.round();
    const { port } = relay;
    await relay.close();
    const replaced = await startRelay(port, next.certificatePem);
    onTestFinished(() => replaced.close());
    await bunny.round();
    expect(bunny.counts()).toMatchObject({ failedPolls: 1, certificatesUsed: [first] });
    await bunny.round();

    expect(bunny.counts()).toMatchObject({ failedPolls: 1, certificatesUsed: [first, second] });
  });

  it("keeps its certificate while the file is gone or broken, and says so once", async () => {
    const { ca, bunny, events, mount, write } = await world();
    await mount(ca);
    await bunny.round();
    const broken = (await issue(ca, IDENTITY)).secretPem.slice(0, 300);
    await write(broken);
    await bunny.round();
    await bunny.round();

    expect(bunny.counts()).toMatchObject({ polls: 3, failedPolls: 0 });
    expect(names(events)).toEqual(["certificate.found", "certificate.adopted", "certificate.unusable"]);
    expect(JSON.stringify(events)).not.toContain(broken.slice(40, 60));
  });

  it("does not poll before it has a certificate", async () => {
    const { bunny, events } = await world();

    expect(await bunny.round()).toEqual({ waitMs: 5 });
    expect(bunny.counts()).toMatchObject({ polls: 0, failedPolls: 0 });
    expect(events).toMatchObject([{ event: "certificate.unusable", reason: "no-file" }]);
  });

  it("waits longer with each poll that fails, up to a limit, and recovers", async () => {
    const { ca, relay, startRelay, bunny, events, mount } = await world({ backOffMaxMs: 30 });
    await mount(ca);
    const { port } = relay;
    await relay.close();
    const waits: number[] = [];
    for (let round = 0; round < 4; round += 1) waits.push((await bunny.round()).waitMs);
    expect(waits).toEqual([5, 10, 20, 30]);
    expect(bunny.counts()).toMatchObject({ polls: 4, failedPolls: 4 });

    const again = await startRelay(port);
    expect(await bunny.round()).toEqual({ waitMs: 5 });
    expect(names(events).filter((name) => name.startsWith("poll."))).toEqual([
      "poll.failing",
      "poll.recovered",
    ]);
    await again.close();
  });

  it("leaves a job that it cannot do to the end of its lease, and tells nothing of it", async () => {
    const { ca, relay, bunny, events, mount } = await world({
      work: (content) => {
        throw new Error(`cannot read ${JSON.stringify(content)}`);
      },
    });
    await mount(ca);
    relay.queue.submit("Nesbitt");
    await bunny.round();

    expect(bunny.counts()).toMatchObject({ jobs: 1, failedJobs: 1, results: 0, failedPolls: 0 });
    expect(relay.queue.counts()).toEqual({ open: 1, done: 0 });
    expect(events.at(-1)).toMatchObject({ event: "job.failed", reason: "work-failed" });
    expect(JSON.stringify(events)).not.toContain("Nesbitt");
  });
});
