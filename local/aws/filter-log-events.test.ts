import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsServer } from "./server.ts";
import { logGroupName, logStreamName, messages, nowMs, startLogs } from "./test-logs.ts";
import { accountId, region, roleArn } from "./test-world.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: Parameters<typeof startLogs>[0] = {}) {
  const world = await startLogs(options);
  running = world.server;
  return world;
}

async function startWithStream(options: Parameters<typeof startLogs>[0] = {}) {
  const world = await start(options);
  await world.sdk.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  return world;
}

describe("FilterLogEvents", () => {
  it("finds by time, both ends included, pattern and stream, oldest first", async () => {
    const { put, filter, logs } = await startWithStream();
    await put([nowMs, '{"serial":"0a"}'], [nowMs + 1, '{"serial":"0b"}'], [nowMs + 2, '{"serial":"0a"}']);
    logs.append(logGroupName, "relay-1", [{ timestamp: nowMs - 1, message: '{"serial":"0a"}' }]);

    expect((await filter()).events?.map((event) => event.timestamp)).toEqual([
      nowMs - 1,
      nowMs,
      nowMs + 1,
      nowMs + 2,
    ]);
    expect((await filter({ startTime: nowMs, endTime: nowMs + 1 })).events).toHaveLength(2);
    expect((await filter({ filterPattern: '{ $.serial = "0b" }' })).events).toHaveLength(1);
    expect((await filter({ logStreamNames: ["relay-1"] })).events).toHaveLength(1);
    expect((await filter({ logStreamNamePrefix: "relay-" })).events).toHaveLength(4);
    expect((await filter({ startFromHead: false })).events?.[0]?.timestamp).toBe(nowMs + 2);
  });

  it("gives every event its own id and says when it came in", async () => {
    const { put, filter } = await startWithStream();
    await put([nowMs - 5, "a"], [nowMs - 5, "a"]);
    const { events = [] } = await filter();

    expect(new Set(events.map((event) => event.eventId)).size).toBe(2);
    expect(events[0]).toMatchObject({ logStreamName, ingestionTime: nowMs });
  });

  it("puts events of one moment in the order in which they came in", async () => {
    let clockMs = nowMs;
    const { logs, filter } = await start({ clock: () => clockMs });
    logs.append(logGroupName, "b", [{ timestamp: nowMs, message: "first" }]);
    clockMs -= 10;
    logs.append(logGroupName, "a", [{ timestamp: nowMs, message: "second, by a clock that was set back" }]);
    clockMs += 10;
    logs.append(logGroupName, "a", [{ timestamp: nowMs, message: "third" }]);

    expect(messages(await filter())).toEqual(["second, by a clock that was set back", "first", "third"]);
  });

  it("pages with the token until there is none", async () => {
    const { put, filter } = await startWithStream();
    await put([nowMs, "a"], [nowMs, "b"], [nowMs, "c"]);
    const first = await filter({ limit: 2 });
    const { nextToken = "" } = first;
    const second = await filter({ limit: 2, nextToken });

    expect([messages(first), messages(second)]).toEqual([["a", "b"], ["c"]]);
    expect(second.nextToken).toBeUndefined();
  });

  it("refuses a token that it did not give to this search", async () => {
    const { put, filter } = await startWithStream();
    await put([nowMs, "a"], [nowMs, "b"]);
    const { nextToken = "" } = await filter({ limit: 1 });

    for (const request of [{ nextToken: "x" }, { nextToken, filterPattern: "a" }]) {
      await expect(filter(request)).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  it.each([
    ["a pattern that it does not understand", { filterPattern: "{ $.a = %x% }" }],
    ["a limit of zero", { limit: 0 }],
    ["a limit over 10000", { limit: 10_001 }],
    ["names and a prefix of streams at once", { logStreamNames: ["a"], logStreamNamePrefix: "a" }],
    ["a call without a group", { logGroupName: undefined }],
  ])("refuses %s", async (_what, changes) => {
    const { sdk } = await start();
    const command = new FilterLogEventsCommand({ logGroupName, ...changes });
    await expect(sdk.send(command)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("refuses a group that does not exist", async () => {
    const { filter } = await start();
    await expect(filter({ logGroupName: "/none" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("finds an event only after a moment when the world is not calm", async () => {
    let clockMs = nowMs;
    const { logs, filter } = await start({ calm: false, seed: 5, clock: () => clockMs });
    logs.append(logGroupName, logStreamName, [{ timestamp: nowMs, message: "a" }]);
    expect(messages(await filter())).toEqual([]);
    expect(logs.events(logGroupName)).toHaveLength(1);
    clockMs += 1000;
    const { nextToken, ...page } = await filter();

    expect(messages(nextToken === undefined ? page : await filter({ nextToken }))).toEqual(["a"]);
  });

  it("gives short and empty pages now and then, and a client that follows the tokens still sees all", async () => {
    let clockMs = nowMs;
    const { logs, client } = await start({ calm: false, seed: 5, clock: () => clockMs });
    const lines = Array.from({ length: 40 }, (_, n) => ({ timestamp: nowMs, message: `${n}` }));
    logs.append(logGroupName, logStreamName, lines);
    clockMs += 1000;
    const sdk = new CloudWatchLogsClient({ ...client(), maxAttempts: 3 });
    const pages: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      let seen = 0;
      for await (const page of paginateFilterLogEvents({ client: sdk }, { logGroupName })) {
        seen += page.events?.length ?? 0;
        pages.push(page.events?.length ?? 0);
      }
      expect(seen).toBe(40);
    }
    expect(pages).toContain(0);
    expect(pages).toContain(1);
  });

  it("asks for the permission on the group's streams, as the service does", async () => {
    const { put, filter, server } = await startWithStream();
    await put([nowMs, "a"]);
    await filter();

    const group = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}`;
    const stream = `${group}:log-stream:${logStreamName}`;
    const of = (operation: string, resource: string) => ({
      roleArn,
      action: `logs:${operation}`,
      resource,
      context: {},
      result: "allowed",
    });
    expect(server.decisions()).toEqual([
      of("CreateLogStream", stream),
      of("PutLogEvents", stream),
      of("FilterLogEvents", `${group}:log-stream:`),
    ]);
  });
});
