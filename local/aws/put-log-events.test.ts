import { CreateLogStreamCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsServer } from "./server.ts";
import { hourMs, logGroupName, logStreamName, messages, nowMs, startLogs } from "./test-logs.ts";

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

describe("CreateLogStream", () => {
  it("refuses a second stream of one name, and a group that does not exist", async () => {
    const { sdk } = await startWithStream();
    const create = (changes: object) =>
      sdk.send(new CreateLogStreamCommand({ logGroupName, logStreamName, ...changes }));

    await expect(create({})).rejects.toMatchObject({ name: "ResourceAlreadyExistsException" });
    await expect(create({ logGroupName: "/none" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(create({ logStreamName: "a:b" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("PutLogEvents", () => {
  it("refuses a stream that was not created", async () => {
    const { put } = await start();
    await expect(put([nowMs, "x"])).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("refuses a batch that is out of order, too large, too long, empty or of too many events", async () => {
    const { put } = await startWithStream();
    const half = "x".repeat(524_288 - 26);
    const batches: (readonly [number, string])[][] = [
      [
        [nowMs, "b"],
        [nowMs - 1, "a"],
      ],
      [
        [nowMs, half],
        [nowMs, `${half}y`],
      ],
      [
        [nowMs - 24 * hourMs, "a"],
        [nowMs + 1, "b"],
      ],
      [],
      Array.from({ length: 10_001 }, () => [nowMs, "x"] as const),
    ];
    for (const batch of batches) {
      await expect(put(...batch)).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
    await expect(put([nowMs, half], [nowMs, half])).resolves.toBeDefined();
  });

  it("leaves out what is too old or too new, tells where, and keeps the rest", async () => {
    const { put, filter } = await startWithStream();
    const { rejectedLogEventsInfo } = await put(
      [nowMs - 14 * 24 * hourMs - 1, "too old"],
      [nowMs, "kept"],
      [nowMs + 2 * hourMs, "kept too"],
      [nowMs + 2 * hourMs + 1, "too new"],
    );

    expect(rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 3 });
    expect(messages(await filter())).toEqual(["kept", "kept too"]);
  });

  it("leaves out what the group's retention has passed", async () => {
    const { put, filter } = await startWithStream({ retentionDays: 1 });
    const { rejectedLogEventsInfo } = await put([nowMs - 25 * hourMs, "expired"], [nowMs, "kept"]);

    expect(rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    expect(messages(await filter())).toEqual(["kept"]);
  });
});
