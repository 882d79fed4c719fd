import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import { Logs } from "../../local/aws/logs.ts";
import { region, startWorld } from "../../local/aws/test-world.ts";
import { KeyLogModel } from "../../local/model/api-key-workloads.ts";
import type { KeyLogSearch } from "./api-key-ports.ts";
import { keyLogSearch } from "./aws-key-log.ts";

const GROUP = "/example/relay";
const NOW = 1_795_248_000;
const [OLD, NEW] = ["0000000000000001", "0000000000000002"];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start({
  goOn = () => true,
  usesSecondsMax = 900,
}: {
  goOn?: () => boolean;
  usesSecondsMax?: number;
} = {}) {
  const made: Logs[] = [];
  const time = { at: NOW - 60 };
  const world = await startWorld((kernel) => {
    const logs = new Logs({ kernel, region, clock: () => time.at * 1000 });
    made.push(logs);
    return [logs.service];
  });
  closing.push(world.server.close);
  const [logs] = made;
  if (logs === undefined) throw new Error("the service was not made");
  logs.createGroup(GROUP);
  const write = (at: number, line: unknown) => {
    const message = typeof line === "string" ? line : JSON.stringify(line);
    // A line is found a while after it was written.
    time.at = at;
    logs.append(GROUP, "relay", [{ timestamp: at * 1000, message }]);
    time.at = NOW;
  };
  const client = new CloudWatchLogsClient(world.client());
  const search = keyLogSearch({ client, group: GROUP, clock: () => NOW, goOn, usesSecondsMax });
  const searches = () => world.kernel.calls("logs:FilterLogEvents").length;
  return { ...world, write, search, searches };
}

const loaded = (replica: string, ...apiKeyIds: string[]) => ({
  event: "relay.loaded",
  replica,
  serverCertificateSerials: [],
  trustBundleVersion: "1",
  apiKeyIds,
});
const accepted = (apiKeyId: string) => ({
  event: "client.accepted",
  clientCertificateSerial: "a1",
  identity: "bunny.example.com",
  apiKeyId,
});
const fromPod = (line: unknown, container_name: string) => ({
  log: "{}",
  log_processed: line,
  kubernetes: { pod_name: "pod-1", namespace_name: "default", container_name },
});

interface Opened {
  readonly search: KeyLogSearch;
  readonly say: (at: number, replica: string, ...keyIds: string[]) => void;
  readonly accept: (at: number, keyId: string) => void;
}

async function openAdapter(): Promise<Opened> {
  const { search, write } = await start();
  return {
    search,
    say: (at, replica, ...keyIds) => write(at, loaded(replica, ...keyIds)),
    accept: (at, keyId) => write(at, accepted(keyId)),
  };
}

async function openModel(): Promise<Opened> {
  const log = new KeyLogModel();
  return {
    search: { read: async (usesSeconds) => log.search(NOW, usesSeconds) },
    say: (at, replica, ...keyIds) => log.say({ at, loaded: { replica, at, keyIds } }),
    accept: (at, keyId) => log.say({ at, used: keyId }),
  };
}

/** What the tests of the rotation rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over CloudWatch Logs' stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("hears nobody at first, and finds no use", async () => {
    const { search } = await open();
    expect(await search.read(900)).toEqual({ replicas: [], heardAt: [], used: [], heard: [] });
  });

  it("gives the latest word of each replica of the last five minutes, and when any was heard", async () => {
    const { search, say } = await open();
    say(NOW - 301, "gone", OLD);
    say(NOW - 300, "relay-0", OLD);
    say(NOW - 120, "relay-1", OLD);
    say(NOW - 60, "relay-0", OLD, NEW);
    const { replicas, heardAt } = await search.read(900);
    expect(replicas.toSorted((one, other) => (one.replica < other.replica ? -1 : 1))).toEqual([
      { replica: "relay-0", at: NOW - 60, keyIds: [OLD, NEW] },
      { replica: "relay-1", at: NOW - 120, keyIds: [OLD] },
    ]);
    expect(heardAt).toEqual([NOW - 300, NOW - 120, NOW - 60]);
  });

  it("gives each use of the time that is asked for, and of no other", async () => {
    const { search, accept } = await open();
    accept(NOW - 700, NEW);
    accept(NOW - 600, OLD);
    accept(NOW - 540, OLD);
    accept(NOW - 60, OLD);
    expect((await search.read(600)).used).toEqual([{ keyId: OLD, at: [NOW - 600, NOW - 540, NOW - 60] }]);
  });
});

describe("keyLogSearch", () => {
  it("searches once for all the keys of a run", async () => {
    const { search, write, searches } = await start();
    write(NOW - 650, accepted(OLD));
    expect((await search.read(600)).used).toEqual([]);
    expect((await search.read(900)).used).toEqual([{ keyId: OLD, at: [NOW - 650] }]);
    expect(searches()).toBe(1);
  });

  it("reads what the log agent made of a line", async () => {
    const { search, write } = await start();
    write(NOW - 60, { log: "{}", log_processed: loaded("relay-0", OLD) });
    write(NOW - 50, { log: "{}", log_processed: accepted(OLD) });
    expect(await search.read(900)).toEqual({
      replicas: [{ replica: "relay-0", at: NOW - 60, keyIds: [OLD] }],
      heardAt: [NOW - 60],
      used: [{ keyId: OLD, at: [NOW - 50] }],
      heard: [{ identity: "bunny.example.com", at: [NOW - 50] }],
    });
  });

  it("hears a caller by its name, also one that came without a key", async () => {
    const { search, write } = await start();
    const { apiKeyId: _, ...keyless } = accepted(OLD);
    write(NOW - 901, keyless);
    write(NOW - 60, keyless);
    write(NOW - 50, accepted(OLD));
    expect((await search.read(900)).heard).toEqual([
      { identity: "bunny.example.com", at: [NOW - 60, NOW - 50] },
    ]);
  });

  it.each([
    ["a refused caller's", { event: "client.refused", reason: "api-key-scope", apiKeyId: OLD }],
    ["one without a key", { event: "client.accepted", clientCertificateSerial: "a1" }],
    ["one whose key is none of ours", accepted("not a key's id")],
    ["one in a text", `client.accepted apiKeyId ${OLD}`],
    [
      "one that says accepted in one place, and the key in another",
      { ...accepted(OLD), log_processed: { event: "x" } },
    ],
  ])("counts no line as a use that is %s", async (_what, line) => {
    const { search, write } = await start();
    write(NOW - 60, line);
    expect((await search.read(900)).used).toEqual([]);
  });

  it("takes a replica that says nothing of keys for one that has loaded none", async () => {
    const { search, write } = await start();
    const { apiKeyIds, ...older } = loaded("relay-0", OLD);
    write(NOW - 60, older);
    expect((await search.read(900)).replicas).toEqual([{ replica: "relay-0", at: NOW - 60, keyIds: [] }]);
  });

  it.each([
    ["no replica", { ...loaded("x", OLD), replica: "" }],
    ["a key that is none", loaded("relay-0", "not a key's id")],
    ["no list of keys", { ...loaded("relay-0"), apiKeyIds: OLD }],
  ])("throws at a report with %s: it may be of a replica that is behind", async (_what, line) => {
    const { search, write } = await start();
    write(NOW - 90, loaded("relay-1", OLD));
    write(NOW - 60, line);
    await expect(search.read(900)).rejects.toMatchObject({ code: "unreadable-report" });
  });

  it("believes a replica again that has spoken since, or was silent for five minutes", async () => {
    const { search, write } = await start();
    write(NOW - 301, loaded("relay-1", "not a key's id"));
    write(NOW - 90, loaded("relay-0", "not a key's id"));
    write(NOW - 60, loaded("relay-0", OLD));
    expect((await search.read(900)).replicas).toEqual([{ replica: "relay-0", at: NOW - 60, keyIds: [OLD] }]);
  });

  it("passes over what cannot be read of another program than relay, by the agent's word alone", async () => {
    const { search, write } = await start();
    write(NOW - 60, fromPod(loaded("relay-0", OLD), "relay"));
    write(NOW - 50, fromPod(loaded("relay-9", "not a key's id"), "other"));
    expect((await search.read(900)).replicas).toMatchObject([{ replica: "relay-0" }]);
    const doubtful = await start();
    doubtful.write(NOW - 60, fromPod(loaded("relay-0", OLD), "relay"));
    doubtful.write(NOW - 50, fromPod(loaded("relay-9", "not a key's id"), "relay"));
    await expect(doubtful.search.read(900)).rejects.toMatchObject({ code: "unreadable-report" });
    const alone = await start();
    alone.write(NOW - 50, fromPod(loaded("relay-9", "not a key's id"), "other"));
    await expect(alone.search.read(900)).rejects.toMatchObject({ code: "unreadable-report" });
  });

  it("throws, rather than hearing nobody, when there is no time or the search fails", async () => {
    const { search } = await start({ goOn: () => false });
    await expect(search.read(900)).rejects.toMatchObject({ code: "search-unfinished" });
    const other = await start();
    const effect = { kind: "refuse", status: 400, code: "ThrottlingException", message: "text" } as const;
    other.kernel.faults.add({ operation: "logs:FilterLogEvents", nth: "every", when: "before", effect });
    await expect(other.search.read(900)).rejects.toMatchObject({ code: "ThrottlingException" });
    await expect(other.search.read(900)).rejects.toMatchObject({ code: "ThrottlingException" });
    expect(other.searches()).toBe(1);
  });
});
