import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import { Logs } from "../../local/aws/logs.ts";
import { region, startWorld } from "../../local/aws/test-world.ts";
import { Calls } from "../../local/model/calls.ts";
import { ModelClock } from "../../local/model/clock.ts";
import { modelReplicas } from "../../local/model/replicas.ts";
import { relayReplicas } from "./aws-loaded.ts";
import { type Replicas, servedBy } from "./replicas.ts";

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
  return { ...world, write, replicas, usage: servedBy(replicas) };
}

interface Opened {
  readonly replicas: Replicas;
  /** From now on, the log cannot be searched. */
  readonly breakLog: () => void;
  /** What a replica serves, then what it has loaded. */
  readonly say: (at: number, replica: string, ...serials: string[]) => void;
}

async function openAdapter(): Promise<Opened> {
  const { write, replicas, kernel } = await start();
  const effect = { kind: "refuse", status: 400, code: "InternalFailure", message: "text" } as const;
  return {
    replicas,
    breakLog: () =>
      kernel.faults.add({ operation: "logs:FilterLogEvents", nth: "every", when: "before", effect }),
    say: (at, replica, ...serials) => write(at, loaded(replica, ...serials), replica),
  };
}

async function openModel(): Promise<Opened> {
  const clock = new ModelClock(NOW - 3_600);
  const calls = new Calls(clock);
  const model = modelReplicas(calls, clock);
  return {
    replicas: {
      read(goOn) {
        clock.moveTo(NOW);
        return model.read(goOn);
      },
    },
    breakLog: () => calls.fail({ call: "replicas.read", when: "before", code: "InternalFailure" }),
    say(at, replica, ...serials) {
      clock.moveTo(at);
      model.say(replica, ...serials);
    },
  };
}

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over CloudWatch Logs' stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("hears nobody at first", async () => {
    expect(await (await open()).replicas.read(always)).toEqual([]);
  });

  it("gives the latest word of each replica, in the order of their names", async () => {
    const { replicas, say } = await open();
    say(NOW - 120, "relay-1", "a1");
    say(NOW - 90, "relay-0", "a1", "b2");
    say(NOW - 60, "relay-1", "a1", "b2");
    say(NOW - 30, "relay-0", "b2");
    expect(await replicas.read(always)).toEqual([
      { replica: "relay-0", at: NOW - 30, serials: ["b2"] },
      { replica: "relay-1", at: NOW - 60, serials: ["a1", "b2"] },
    ]);
  });

  it("forgets a replica that was not heard for five minutes", async () => {
    const { replicas, say } = await open();
    say(NOW - 301, "gone", "a1");
    say(NOW - 300, "last", "a1");
    expect((await replicas.read(always)).map(({ replica }) => replica)).toEqual(["last"]);
  });

  it("throws, rather than hearing nobody, when there is no time or the search fails", async () => {
    const { replicas, say, breakLog } = await open();
    say(NOW - 30, "relay-0", "a1");
    const unfinished = { name: "CloudError", code: "search-unfinished" };
    await expect(replicas.read(() => false)).rejects.toMatchObject(unfinished);
    breakLog();
    const failed = { name: "CloudError", code: "InternalFailure" };
    await expect(replicas.read(always)).rejects.toMatchObject(failed);
  });
});

const loaded = (replica: string, ...serverCertificateSerials: string[]) => ({
  event: "relay.loaded",
  replica,
  serverCertificateSerials,
  trustBundleVersion: "1",
});

describe("relayReplicas", () => {
  it("reads what the log agent made of a line, serials in any spelling, and no other event", async () => {
    const { write, replicas } = await start();
    write(NOW - 60, { log: "{}", log_processed: loaded("relay-0", "0A:1B") });
    write(NOW - 50, { event: "client.accepted", replica: "relay-9", clientCertificateSerial: "a1" });
    write(NOW - 40, 'no JSON, but "relay.loaded"');
    expect(await replicas.read(always)).toEqual([{ replica: "relay-0", at: NOW - 60, serials: ["a1b"] }]);
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

  it("throws when there is no log", async () => {
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
