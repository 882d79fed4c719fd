import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it, onTestFinished } from "vitest";
import { Logs } from "../aws/logs.ts";
import { region, startWorld } from "../aws/test-world.ts";
import { LogAgent, type LogAgentOptions } from "./log-agent.ts";

const logGroupName = "/aws/containerinsights/link/application";
/** The real time, because the service holds signatures to its clock. */
const NOW_MS = Date.now();
const POD = {
  ...{ podName: "relay-0", namespaceName: "relay", podId: "8f0c", host: "ip-10-0-1-5" },
  ...{ containerName: "relay", containerImage: "relay:1", containerHash: "sha256:00", dockerId: "1f" },
  labels: { app: "relay" },
};

async function world(options: Partial<LogAgentOptions> & { readonly group?: boolean } = {}) {
  const made: Logs[] = [];
  const { server, client, kernel } = await startWorld((kernel) => {
    const logs = new Logs({ kernel, region, clock: () => NOW_MS });
    made.push(logs);
    return [logs.service];
  });
  const sdk = new CloudWatchLogsClient(client());
  onTestFinished(async () => {
    sdk.destroy();
    await server.close();
  });
  const createGroup = () => made[0]?.createGroup(logGroupName);
  if (options.group !== false) createGroup();
  const another = () =>
    new LogAgent({
      ...{ client: sdk, logGroupName, logStreamName: "ip-10-0-1-5-application.relay", pod: POD },
      // Only what the test flushes is sent.
      ...{ flushIntervalMs: 3_600_000, clock: () => NOW_MS, ...options },
    });
  const read = async () => {
    const { events } = await sdk.send(new FilterLogEventsCommand({ logGroupName }));
    return (events ?? []).map(({ message, timestamp }) => ({ ...JSON.parse(message ?? ""), timestamp }));
  };
  const lines = async () => (await read()).map(({ log }) => log);
  return { agent: another(), another, kernel, read, lines, createGroup };
}

describe("LogAgent", () => {
  it("sends a line as Container Insights records it", async () => {
    const { agent, read } = await world();
    agent.write('{"event":"client.accepted","clientCertificateSerial":"1f"}');
    agent.write("plain text");
    agent.write("[1]");
    await agent.close();

    const [json, text, list] = await read();
    expect(json).toEqual({
      timestamp: NOW_MS,
      time: new Date(NOW_MS).toISOString().replace("Z", "000000Z"),
      stream: "stdout",
      _p: "F",
      log: '{"event":"client.accepted","clientCertificateSerial":"1f"}',
      log_processed: { event: "client.accepted", clientCertificateSerial: "1f" },
      kubernetes: {
        ...{ pod_name: "relay-0", namespace_name: "relay", pod_id: "8f0c", host: "ip-10-0-1-5" },
        ...{ container_name: "relay", container_image: "relay:1", container_hash: "sha256:00" },
        ...{ docker_id: "1f", labels: { app: "relay" } },
      },
    });
    expect(text).toMatchObject({ log: "plain text" });
    expect(text).not.toHaveProperty("log_processed");
    expect(list).not.toHaveProperty("log_processed");
    expect(agent.counts()).toEqual({ written: 3, delivered: 3, dropped: 0, failures: 0 });
  });

  it("sends what a failed call could not, once and in order", async () => {
    const { agent, kernel, lines } = await world();
    kernel.faults.add({
      ...{ operation: "logs:PutLogEvents", nth: 1, when: "before" },
      effect: { kind: "refuse", status: 503, code: "ServiceUnavailableException", message: "busy" },
    });
    agent.write("one");
    await agent.flush();
    expect(agent.counts()).toMatchObject({ delivered: 0, failures: 1 });
    agent.write("two");
    await agent.flush();

    expect(await lines()).toEqual(["one", "two"]);
    expect(agent.counts()).toEqual({ written: 2, delivered: 2, dropped: 0, failures: 1 });
  });

  it("goes on with a stream that exists already", async () => {
    const { agent, another, lines } = await world();
    agent.write("one");
    await agent.close();
    const next = another();
    next.write("two");
    await next.close();

    expect(await lines()).toEqual(["one", "two"]);
    expect(next.counts()).toMatchObject({ delivered: 1, failures: 0 });
  });

  it("waits for a log group that is not there yet", async () => {
    const { agent, lines, createGroup } = await world({ group: false });
    agent.write("one");
    await agent.flush();
    createGroup();
    await agent.flush();

    expect(await lines()).toEqual(["one"]);
    expect(agent.counts()).toMatchObject({ delivered: 1, failures: 1 });
  });

  it("drops the oldest lines when its buffer is full, and counts them", async () => {
    const { agent, lines } = await world({ bufferedMax: 2 });
    for (const line of ["one", "two", "three"]) agent.write(line);
    await agent.flush();

    expect(await lines()).toEqual(["two", "three"]);
    expect(agent.counts()).toEqual({ written: 3, delivered: 2, dropped: 1, failures: 0 });
  });

  it("counts what it could not deliver when it closes, and what is too large for any call", async () => {
    const { agent } = await world({ group: false });
    agent.write("one");
    agent.write("x".repeat(1_048_576));
    await agent.close();

    expect(agent.counts()).toEqual({ written: 2, delivered: 0, dropped: 2, failures: 5 });
  });

  it("sends more than fits into one call in several", async () => {
    const { agent, kernel, lines } = await world();
    const long = "x".repeat(300_000);
    for (let line = 0; line < 5; line += 1) agent.write(`${line}${long}`);
    await agent.flush();

    expect((await lines()).map((line) => line.slice(0, 1))).toEqual(["0", "1", "2", "3", "4"]);
    expect(kernel.calls("logs:PutLogEvents").map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  });

  it("sends lines more than a day apart in two calls", async () => {
    const times = [NOW_MS - 25 * 3_600_000, NOW_MS];
    const { agent, kernel, lines } = await world({ clock: () => times.shift() ?? NOW_MS });
    agent.write("yesterday");
    agent.write("now");
    await agent.flush();

    expect(await lines()).toEqual(["yesterday", "now"]);
    expect(kernel.calls("logs:PutLogEvents")).toHaveLength(2);
  });

  it("puts lines in the order of their times when the clock was set back", async () => {
    const times = [NOW_MS, NOW_MS - 5_000];
    const { agent, lines } = await world({ clock: () => times.shift() ?? NOW_MS });
    agent.write("later");
    agent.write("earlier");
    await agent.flush();

    expect(await lines()).toEqual(["earlier", "later"]);
  });

  it("counts the lines that the service took no more", async () => {
    const times = [NOW_MS - 15 * 86_400_000, NOW_MS];
    const { agent, lines } = await world({ clock: () => times.shift() ?? NOW_MS });
    agent.write("too old");
    agent.write("now");
    await agent.flush();

    expect(await lines()).toEqual(["now"]);
    expect(agent.counts()).toEqual({ written: 2, delivered: 1, dropped: 1, failures: 0 });
  });
});
