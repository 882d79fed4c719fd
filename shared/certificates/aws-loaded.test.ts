import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import { Logs } from "../../local/aws/logs.ts";
import { region, startWorld } from "../../local/aws/test-world.ts";
import { relayReplicas } from "./aws-loaded.ts";
import { servedBy } from "./replicas.ts";

const GROUP = "/example/relay";
const NOW = 1_795_248_000;
const always = () => true;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: { readonly calm?: boolean; readonly seed?: number } = {}) {
  const made: Logs[] = [];
  const time = { at: NOW - 60 };
  const world = await startWorld((kernel) => {
    const logs = new Logs({ kernel, region, clock: () => time.at * 1000 });
    made.push(logs);
    return [logs.service];
  }, options);
  closing.push(world.server.close);
  const [logs] = made;
  if (logs === undefined) throw new Error("the service was not made");
  logs.createGroup(GROUP);
  const write = (at: number, line: unknown, stream = "relay") => {
    const message = typeof line === "string" ? line : JSON.stringify(line);
    // A line is found a while after it was written.
    time.at = at;
    logs.append(GROUP, stream, [{ timestamp: at * 1000, message }]);
    time.at = NOW;
  };
  const client = new CloudWatchLogsClient({ ...world.client(), maxAttempts: 10 });
  const replicas = relayReplicas({ client, group: GROUP, clock: () => NOW });
  return { write, replicas, usage: servedBy(replicas) };
}

const loaded = (replica: string, ...serverCertificateSerials: string[]) => ({
  event: "relay.loaded",
  replica,
  serverCertificateSerials,
  trustBundleVersion: "1",
});

describe("relayReplicas", () => {
  it("gives the latest word of each replica", async () => {
    const { write, replicas } = await start();
    write(NOW - 120, loaded("relay-1", "a1"), "one");
    write(NOW - 90, loaded("relay-0", "a1", "b2"), "nought");
    write(NOW - 60, loaded("relay-1", "a1", "b2"), "one");
    write(NOW - 30, loaded("relay-0", "b2"), "nought");
    expect(await replicas.read(always)).toEqual([
      { replica: "relay-0", at: NOW - 30, serials: ["b2"] },
      { replica: "relay-1", at: NOW - 60, serials: ["a1", "b2"] },
    ]);
  });

  it("forgets a replica that was not heard for five minutes", async () => {
    const { write, replicas } = await start();
    write(NOW - 301, loaded("gone", "a1"));
    write(NOW - 300, loaded("last", "a1"));
    expect((await replicas.read(always)).map(({ replica }) => replica)).toEqual(["last"]);
  });

  it("reads what the log agent made of a line, serials in any spelling, and no other event", async () => {
    const { write, replicas } = await start();
    write(NOW - 60, { log: "{}", log_processed: loaded("relay-0", "0A:1B") });
    write(NOW - 50, { event: "client.accepted", replica: "relay-9", clientCertificateSerial: "a1" });
    write(NOW - 40, 'no JSON, but "relay.loaded"');
    expect(await replicas.read(always)).toEqual([{ replica: "relay-0", at: NOW - 60, serials: ["a1b"] }]);
  });

  it("hears nobody in an empty log", async () => {
    expect(await (await start()).replicas.read(always)).toEqual([]);
  });

  it.each([
    ["no replica", { ...loaded("x", "a1"), replica: "" }],
    ["no serials", { event: "relay.loaded", replica: "relay-0" }],
    ["a serial that is none", loaded("relay-0", "not a serial")],
  ])("throws at a report with %s: it may be of a replica that is behind", async (_what, line) => {
    const { write, replicas } = await start();
    write(NOW - 60, loaded("relay-1", "a1"));
    write(NOW - 30, line);
    await expect(replicas.read(always)).rejects.toMatchObject({ code: "unreadable-report" });
  });

  it("throws when there is no time to search, or no log", async () => {
    const { replicas } = await start();
    await expect(replicas.read(() => false)).rejects.toMatchObject({ code: "search-unfinished" });
    const world = await startWorld((kernel) => [new Logs({ kernel, region }).service]);
    closing.push(world.server.close);
    const client = new CloudWatchLogsClient(world.client());
    const missing = relayReplicas({ client, group: "/none", clock: () => NOW });
    await expect(missing.read(always)).rejects.toMatchObject({ code: "ResourceNotFoundException" });
  });

  it.each([1, 2, 3])("reads every page, however CloudWatch cuts them (seed %i)", async (seed) => {
    const { write, replicas } = await start({ calm: false, seed });
    const names = Array.from({ length: 40 }, (_, n) => `relay-${String(n).padStart(2, "0")}`);
    for (const name of names) write(NOW - 60, loaded(name, "a1"), name);
    expect((await replicas.read(always)).map(({ replica }) => replica)).toEqual(names);
  });
});

describe("servedBy", () => {
  it("says when the last replica served it, once all do", async () => {
    const { write, usage } = await start();
    write(NOW - 90, loaded("relay-0", "b2"));
    write(NOW - 60, loaded("relay-1", "a1", "b2"));
    expect(await usage.firstAccepted("b2", 0, always)).toBeNull();
    write(NOW - 30, loaded("relay-1", "b2"));
    expect(await usage.firstAccepted("b2", 0, always)).toBe(NOW - 30);
    expect(await usage.firstAccepted("a1", 0, always)).toBeNull();
  });

  it("says nothing when nobody was heard", async () => {
    expect(await (await start()).usage.firstAccepted("b2", 0, always)).toBeNull();
  });
});
