import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsCommandInput,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { afterEach, describe, expect, it } from "vitest";
import { manualTimers } from "../manual-timers.ts";
import type { AwsServer } from "../server.ts";
import { accountId, region, roleArn, startWorld, type WorldOptions } from "../test-world.ts";
import { EventBridge } from "./event-bridge.ts";

const nowMs = Date.parse("2026-11-21T08:02:00.500Z");
const bus = "warrener-test";
const busArn = `arn:aws:events:${region}:${accountId}:event-bus/${bus}`;
const entry = { Source: "warrener", DetailType: "Warrener Change", Detail: '{"id":"1"}', EventBusName: bus };

let running: AwsServer | undefined;
afterEach(() => running?.close());

async function start(options: WorldOptions = {}) {
  const timers = manualTimers(nowMs);
  const made: EventBridge[] = [];
  const started = await startWorld((kernel) => {
    made.push(new EventBridge({ kernel, region, accountId, timers }));
    return made.map(({ service }) => service);
  }, options);
  running = started.server;
  const [bridge] = made;
  if (bridge === undefined) throw new Error("the service was not made");
  bridge.addBus(bus);
  const sdk = new EventBridgeClient(started.client());
  const put = (Entries: PutEventsRequestEntry[], more: Partial<PutEventsCommandInput> = {}) =>
    sdk.send(new PutEventsCommand({ Entries, ...more }));
  return { ...started, bridge, timers, put };
}

describe("PutEvents", () => {
  it("puts an event on the bus, in the form that targets get", async () => {
    const { bridge, put } = await start();
    const answer = await put([
      { ...entry, Resources: ["arn:a"], Time: new Date("2026-11-20T07:00:00.900Z") },
    ]);

    expect(answer).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
    expect(bridge.bus(bus).events()).toEqual([
      {
        version: "0",
        id: answer.Entries?.[0]?.EventId,
        "detail-type": "Warrener Change",
        source: "warrener",
        account: accountId,
        time: "2026-11-20T07:00:00Z",
        region,
        resources: ["arn:a"],
        detail: { id: "1" },
      },
    ]);
    expect(bridge.bus("default").events()).toEqual([]);
  });

  it("takes now for an event without a time, and the default bus for one without a bus", async () => {
    const { bridge, put } = await start();
    await put([{ Source: "warrener", DetailType: "x", Detail: "{}" }]);
    expect(bridge.bus("default").events()).toMatchObject([{ time: "2026-11-21T08:02:00Z", resources: [] }]);
  });

  it("takes a bus by its ARN", async () => {
    const { bridge, put } = await start();
    await put([{ ...entry, EventBusName: busArn }]);
    expect(bridge.bus(bus).events()).toHaveLength(1);
  });

  it("takes an event for a bus that does not exist, and loses it", async () => {
    const { bridge, put } = await start();
    const answer = await put([{ ...entry, EventBusName: "nowhere" }, entry]);
    expect(answer).toMatchObject({ FailedEntryCount: 0 });
    expect(answer.Entries?.[0]?.EventId).toEqual(expect.any(String));
    expect(bridge.bus(bus).events()).toHaveLength(1);
  });

  it.each([
    ["without Source", { Source: undefined }, "InvalidArgument", "Source is a required argument."],
    ["without DetailType", { DetailType: "" }, "InvalidArgument", "DetailType is a required argument."],
    ["without Detail", { Detail: undefined }, "InvalidArgument", "Detail is a required argument."],
    ["of AWS's own", { Source: "aws.acm-pca" }, "NotAuthorizedForSourceException", "Not authorized"],
    ["that is no JSON", { Detail: "{" }, "MalformedDetail", "Detail is malformed."],
    ["that is a text", { Detail: '"x"' }, "MalformedDetail", "Detail is malformed."],
    ["that is an array", { Detail: "[]" }, "MalformedDetail", "Detail is malformed."],
    ["of a long type", { DetailType: "x".repeat(129) }, "InvalidArgument", "DetailType has more than 128"],
  ])("refuses one entry %s and takes the others, in their places", async (_what, wrong, code, message) => {
    const { bridge, put } = await start();
    const answer = await put([entry, { ...entry, ...wrong }, { ...entry, Detail: '{"id":"3"}' }]);

    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [
        { EventId: expect.any(String) },
        { ErrorCode: code, ErrorMessage: expect.stringContaining(message) },
        { EventId: expect.any(String) },
      ],
    });
    expect(answer.Entries?.[1]?.EventId).toBeUndefined();
    expect(bridge.bus(bus).events()).toMatchObject([{ detail: { id: "1" } }, { detail: { id: "3" } }]);
  });

  it("refuses a call with no entry, with more than ten, and with more than 256 KB", async () => {
    const { bridge, put } = await start();
    const refused = { name: "ValidationException" };
    await expect(put([])).rejects.toMatchObject(refused);
    await expect(put(Array.from({ length: 11 }, () => entry))).rejects.toMatchObject(refused);
    const half = { ...entry, Detail: JSON.stringify({ a: "x".repeat(131_060) }) };
    await expect(put([half, half])).rejects.toMatchObject({
      ...refused,
      message: "Total size of the entries in the request is over the limit.",
    });
    expect(bridge.bus(bus).events()).toEqual([]);
    await expect(put([half])).resolves.toMatchObject({ FailedEntryCount: 0 });
  });

  it("asks for the permission on each bus, with all sources and types, and takes nothing when one is denied", async () => {
    const asked: unknown[] = [];
    const { bridge, put } = await start({
      authorize: (question) => {
        asked.push(question);
        return Promise.resolve(question.resource.endsWith("/default") ? "denied" : "allowed");
      },
    });
    const other = { ...entry, Source: "other" };
    await expect(put([entry, other, { ...entry, EventBusName: "default" }])).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    expect(asked[0]).toEqual({
      roleArn,
      sessionName: "warrener-rotate",
      action: "events:PutEvents",
      resource: busArn,
      context: { "events:source": ["warrener", "other"], "events:detail-type": ["Warrener Change"] },
    });
    expect(bridge.bus(bus).events()).toEqual([]);
  });

  it("answers 501 for another account's bus", async () => {
    const { put } = await start();
    const elsewhere = busArn.replace(accountId, "444455556666");
    await expect(put([{ ...entry, EventBusName: elsewhere }])).rejects.toMatchObject({
      name: "NotImplemented",
    });
  });
});

describe("EventBridge.tell", () => {
  const told = {
    source: "aws.acm-pca",
    detailType: "ACM Private CA Certificate Issuance",
    resources: ["arn:ca"],
    detail: { result: "success" },
  } as const;

  it("puts a service's event on the default bus when calm, at once and once", async () => {
    const { bridge, timers } = await start();
    bridge.tell(told);
    await timers.advance(0);
    expect(bridge.bus("default").events()).toMatchObject([
      {
        source: "aws.acm-pca",
        "detail-type": "ACM Private CA Certificate Issuance",
        time: "2026-11-21T08:02:00Z",
        account: accountId,
        resources: ["arn:ca"],
        detail: { result: "success" },
      },
    ]);
  });

  it("loses, delays, reorders and repeats events when the world is not calm, with the same id", async () => {
    const { bridge, timers } = await start({ calm: false, seed: 5 });
    for (let n = 0; n < 100; n += 1) bridge.tell({ ...told, resources: [String(n)] });
    await timers.advance(1000);
    const soon = bridge.bus("default").events().length;
    await timers.advance(30_000);
    const events = bridge.bus("default").events();
    const order = events.map(({ resources }) => Number(resources[0]));

    expect(soon).toBeLessThan(50);
    expect(new Set(order).size).toBeLessThan(100);
    expect(events.length).toBeGreaterThan(new Set(order).size);
    expect(new Set(events.map(({ id }) => id)).size).toBe(new Set(order).size);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });

  it("loses nothing that is told as durable", async () => {
    const { bridge, timers } = await start({ calm: false, seed: 5 });
    for (let n = 0; n < 100; n += 1) bridge.tell({ ...told, delivery: "durable", resources: [String(n)] });
    await timers.advance(31_000);
    const came = bridge.bus("default").events();
    expect(new Set(came.map(({ resources }) => resources[0])).size).toBe(100);
    expect(came.every((event) => !("delivery" in event))).toBe(true);
  });

  it("tells nothing after it was stopped", async () => {
    const { bridge, timers } = await start();
    await bridge.stop();
    bridge.tell(told);
    await timers.advance(1000);
    expect(bridge.bus("default").events()).toEqual([]);
  });
});
