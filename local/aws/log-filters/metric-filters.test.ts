import { PutMetricFilterCommand, type PutMetricFilterCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, describe, expect, it } from "vitest";
import type { AwsServer } from "../server.ts";
import { logGroupName, logStreamName, nowMs, startLogs } from "../test-logs.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start() {
  const world = await startLogs();
  running = world.server;
  const counted: (readonly [name: string, atMs: number, value: number])[] = [];
  world.logs.metricFilters.connect(({ namespace, name }, { atMs, value }) => {
    counted.push([`${namespace}/${name}`, atMs, value]);
  });
  const transformation = { metricName: "Refused", metricNamespace: "Link", metricValue: "1" };
  const put = (
    changes: Partial<PutMetricFilterCommandInput> = {},
    transform: Partial<NonNullable<PutMetricFilterCommandInput["metricTransformations"]>[number]> = {},
  ) =>
    world.sdk.send(
      new PutMetricFilterCommand({
        logGroupName,
        filterName: "refused",
        filterPattern: '{ $.event = "client.refused" }',
        metricTransformations: [{ ...transformation, ...transform }],
        ...changes,
      }),
    );
  const log = (message: string) =>
    world.logs.append(logGroupName, logStreamName, [{ timestamp: nowMs - 5, message }]);
  return { ...world, counted, put, log, transformation };
}

const refused = '{"event":"client.refused"}';

describe("PutMetricFilter", () => {
  it("counts each event that fits from then on, at the event's own time", async () => {
    const { put, log, counted } = await start();
    log(refused);
    await put();
    log(refused);
    log('{"event":"client.accepted"}');
    expect(counted).toEqual([["Link/Refused", nowMs - 5, 1]]);
  });

  it("counts the default value for an event that does not fit, also when it is zero", async () => {
    const { put, log, counted } = await start();
    await put({}, { defaultValue: 0, metricValue: "2.5" });
    log(refused);
    log("no JSON");
    expect(counted.map(([, , value]) => value)).toEqual([2.5, 0]);
  });

  it("takes the place of one with the same name", async () => {
    const { put, log, counted } = await start();
    await put();
    await put({ filterPattern: '"other"' });
    log(refused);
    expect(counted).toEqual([]);
  });

  it("refuses the 101st filter of one group", async () => {
    const { put } = await start();
    for (let index = 0; index < 100; index += 1) await put({ filterName: `filter-${index}` });
    await expect(put({ filterName: "one-more" })).rejects.toMatchObject({ name: "LimitExceededException" });
  });

  it("refuses a group that is not there", async () => {
    const { put } = await start();
    await expect(put({ logGroupName: "/none" })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("refuses a pattern, a value and a number of metrics that the service does not take", async () => {
    const { put, transformation } = await start();
    const invalid = { name: "InvalidParameterException" };
    await expect(put({ filterPattern: "x".repeat(1025) })).rejects.toMatchObject(invalid);
    await expect(put({ filterPattern: "{ }" })).rejects.toMatchObject(invalid);
    await expect(put({}, { metricValue: "one" })).rejects.toMatchObject(invalid);
    await expect(put({}, { metricValue: " " })).rejects.toMatchObject(invalid);
    await expect(put({}, { metricName: "a:b" })).rejects.toMatchObject(invalid);
    await expect(put({}, { defaultValue: 0, dimensions: { a: "$.b" } })).rejects.toMatchObject(invalid);
    await expect(put({ metricTransformations: [] })).rejects.toMatchObject(invalid);
    await expect(put({ metricTransformations: [transformation, transformation] })).rejects.toMatchObject(
      invalid,
    );
  });

  it("says what it cannot do and the real service can", async () => {
    const { put } = await start();
    const unsupported = { $metadata: { httpStatusCode: 501 } };
    await expect(put({}, { dimensions: { Reason: "$.reason" } })).rejects.toMatchObject(unsupported);
    await expect(put({}, { metricValue: "$.bytes" })).rejects.toMatchObject(unsupported);
    await expect(put({ applyOnTransformedLogs: true })).rejects.toMatchObject(unsupported);
    await expect(put({ fieldSelectionCriteria: "x" })).rejects.toMatchObject(unsupported);
    await expect(put({ emitSystemFieldDimensions: ["@aws.region"] })).rejects.toMatchObject(unsupported);
  });
});
