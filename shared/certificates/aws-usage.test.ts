import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import { Logs } from "../../local/aws/logs.ts";
import { region, startWorld } from "../../local/aws/test-world.ts";
import { createModel, START } from "../../local/model/brain.ts";
import { relayLog } from "./aws-usage.ts";
import type { Usage } from "./usage.ts";

const GROUP = "/example/relay";
const always = () => true;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: { readonly calm?: boolean; readonly seed?: number } = {}) {
  const made: Logs[] = [];
  const time = { nowMs: (START + 3_600) * 1000 };
  const clock = () => time.nowMs;
  const world = await startWorld((kernel) => {
    const logs = new Logs({ kernel, region, clock });
    made.push(logs);
    return [logs.service];
  }, options);
  closing.push(world.server.close);
  const [logs] = made;
  if (logs === undefined) throw new Error("the service was not made");
  logs.createGroup(GROUP);
  const write = (at: number, line: unknown) => {
    const message = typeof line === "string" ? line : JSON.stringify(line);
    logs.append(GROUP, "relay-0", [{ timestamp: at * 1000 + 250, message }]);
  };
  return { ...world, time, write, usage: relayLog(new CloudWatchLogsClient(world.client()), GROUP) };
}

describe("relayLog", () => {
  it.each([
    ["upper case", "AB12"],
    ["whole bytes", "0b12", "b12"],
    ["upper case and whole bytes", "0B12", "b12"],
    ["the longest serial, both fields", "F".repeat(40)],
  ])("finds a serial that a server writes in %s", async (_how, written, serial = written.toLowerCase()) => {
    const { usage, write } = await start();
    write(START + 60, accepted(written));
    expect(await usage.firstAccepted(serial, START, always)).toBe(START + 60);
  });
});

const accepted = (serial: string) => ({ event: "client.accepted", clientCertificateSerial: serial });

interface Opened {
  readonly usage: Usage;
  readonly accept: (serial: string, at: number) => void;
}

async function openAdapter(): Promise<Opened> {
  const { usage, write } = await start();
  return { usage, accept: (serial, at) => write(at, accepted(serial)) };
}

async function openModel(): Promise<Opened> {
  const { usage } = await createModel();
  return { usage, accept: (serial, at) => usage.accept(serial, at) };
}

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over CloudWatch Logs' stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("finds when a serial was first accepted", async () => {
    const { usage, accept } = await open();
    accept("ab12", START + 60);
    accept("ab12", START + 120);
    expect(await usage.firstAccepted("ab12", START, always)).toBe(START + 60);
  });

  it("finds nothing of a serial that was not accepted", async () => {
    const { usage, accept } = await open();
    accept("ab12", START + 60);
    expect(await usage.firstAccepted("ab1", START, always)).toBeNull();
    expect(await usage.firstAccepted("cd34", START, always)).toBeNull();
  });

  it("looks at nothing before the given instant", async () => {
    const { usage, accept } = await open();
    accept("ab12", START - 1);
    expect(await usage.firstAccepted("ab12", START, always)).toBeNull();
    accept("ab12", START);
    expect(await usage.firstAccepted("ab12", START, always)).toBe(START);
  });

  it("throws, rather than saying that there is none, when it must stop before it has looked", async () => {
    const { usage } = await open();
    await expect(usage.firstAccepted("ab12", START, () => false)).rejects.toMatchObject({
      name: "CloudError",
      code: "search-unfinished",
    });
  });
});

describe("relayLog", () => {
  it.each([
    ["as relay wrote it", accepted("ab12")],
    ["as the node's agent wraps it", { log: "…", log_processed: accepted("ab12"), kubernetes: {} }],
  ])("reads a line %s", async (_name, line) => {
    const { usage, write } = await start();
    write(START + 60, line);
    expect(await usage.firstAccepted("ab12", START, always)).toBe(START + 60);
  });

  it.each([
    ["of a refused caller", { event: "client.refused", clientCertificateSerial: "ab12" }],
    ["that names no event", { clientCertificateSerial: "ab12" }],
    ["that accepts another serial beside this one", { ...accepted("ab12"), log_processed: accepted("cd34") }],
    ["that only mentions the serial", { event: "client.accepted", path: "ab12" }],
    ["with the serial in a text", `client.accepted clientCertificateSerial = ab12`],
    [
      "that says accepted in one place and the serial in another",
      { event: "client.accepted", log_processed: { event: "x", clientCertificateSerial: "ab12" } },
    ],
  ])("does not count a line %s", async (_name, line) => {
    const { usage, write } = await start();
    write(START + 60, line);
    expect(await usage.firstAccepted("ab12", START, always)).toBeNull();
  });

  it("passes over lines that do not count to one that does", async () => {
    const { usage, write } = await start();
    write(START + 10, { event: "client.refused", clientCertificateSerial: "ab12" });
    write(START + 60, accepted("ab12"));
    expect(await usage.firstAccepted("ab12", START, always)).toBe(START + 60);
  });

  it("goes on through pages that are short or empty", async () => {
    const pages: number[] = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const { usage, write, kernel, time } = await start({ calm: false, seed });
      for (const second of [10, 20, 30])
        write(START + second, { event: "x", clientCertificateSerial: "ab12" });
      write(START + 60, accepted("ab12"));
      // What was written is found a little later.
      time.nowMs += 60_000;
      expect(await usage.firstAccepted("ab12", START, always)).toBe(START + 60);
      pages.push(kernel.calls("logs:FilterLogEvents").length);
    }
    // Guards the test: some searches did take more than one page.
    expect(Math.max(...pages)).toBeGreaterThan(1);
  });

  it("throws the code of a search that fails", async () => {
    const { usage, kernel } = await start();
    const effect = { kind: "refuse", status: 400, code: "ThrottlingException", message: "text" } as const;
    kernel.faults.add({ operation: "logs:FilterLogEvents", nth: "every", when: "before", effect });
    await expect(usage.firstAccepted("ab12", START, always)).rejects.toMatchObject({
      operation: "FilterLogEvents",
      code: "ThrottlingException",
      retryable: true,
    });
  });
});
