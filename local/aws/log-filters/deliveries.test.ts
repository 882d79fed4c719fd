import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "../../stand-in/operations.ts";
import type { AwsServer } from "../server.ts";
import { hourMs, logGroupName, nowMs } from "../test-logs.ts";
import { accountId } from "../test-world.ts";
import { type FunctionOptions, filterName, startSubscriptions } from "./test-subscriptions.ts";

let running: AwsServer | undefined;
afterEach(() => running?.close());

/** With a filter in place, and its first message out of the way. */
async function start(options: FunctionOptions = {}, filterPattern = "") {
  const world = await startSubscriptions(options);
  running = world.server;
  await world.subscribe({ filterPattern });
  if (options.calm !== false) await world.timers.advance(0);
  return world;
}

const minuteMs = 60_000;
const throttled = new Refusal(429, "TooManyRequestsException", "Rate Exceeded.");

describe("a new subscription", () => {
  it("first checks whether the function can be reached, and names nothing of the account in it", async () => {
    const { invocations, measured } = await start();
    expect(invocations).toEqual([
      {
        atMs: nowMs,
        payload: {
          messageType: "CONTROL_MESSAGE",
          owner: "CloudwatchLogs",
          logGroup: "",
          logStream: "",
          subscriptionFilters: [],
          logEvents: [
            { id: "", timestamp: nowMs, message: expect.stringMatching(/^CWL CONTROL MESSAGE: Checking/) },
          ],
        },
      },
    ]);
    expect(measured).toEqual([]);
  });

  it("hears of nothing that was logged before", async () => {
    const world = await startSubscriptions();
    running = world.server;
    world.log("relay-0", "before");
    await world.subscribe();
    world.log("relay-0", "after");
    await world.timers.advance(minuteMs);
    expect(world.arrived()).toEqual([["after"]]);
  });
});

describe("a delivery", () => {
  it("has what matches, of one stream and within a second, under the ids that a search shows", async () => {
    const { log, timers, invocations, filter } = await start({}, '{ $.event = "client.*" }');
    log("relay-0", '{"event":"client.refused"}', '{"event":"relay.loaded"}', "no JSON");
    log("relay-1", '{"event":"client.refused"}');
    await timers.advance(500);
    log("relay-0", '{"event":"client.accepted"}');
    await timers.advance(500);
    const { events } = await filter({ logStreamNames: ["relay-0"] });
    expect(invocations.slice(1).map(({ payload }) => payload)).toEqual([
      {
        messageType: "DATA_MESSAGE",
        owner: accountId,
        logGroup: logGroupName,
        logStream: "relay-0",
        subscriptionFilters: [filterName],
        logEvents: [
          { id: events?.[0]?.eventId, timestamp: nowMs, message: '{"event":"client.refused"}' },
          { id: events?.[3]?.eventId, timestamp: nowMs + 500, message: '{"event":"client.accepted"}' },
        ],
      },
      expect.objectContaining({ logStream: "relay-1" }),
    ]);
    expect(events?.[0]?.eventId).toMatch(/^\d{56}$/);
  });

  it("counts in the service's own metrics", async () => {
    const { log, timers, measured } = await start();
    log("relay-0", "a", "b");
    await timers.advance(minuteMs);
    expect(measured).toEqual([
      ["ForwardedLogEvents", 2],
      ["ForwardedBytes", expect.any(Number)],
    ]);
  });

  it("goes before its time once there are 10,000 events, and in parts where one would be too large", async () => {
    const { log, timers, arrived, invocations } = await start();
    log("relay-0", ...Array.from({ length: 10_001 }, (_, index) => `${index}`));
    await timers.advance(0);
    expect(arrived().map(({ length }) => length)).toEqual([10_000]);
    await timers.advance(minuteMs);
    expect(arrived().map(({ length }) => length)).toEqual([10_000, 1]);

    const noise = Array.from({ length: 4 }, () => randomBytes(450_000).toString("base64"));
    log("relay-0", ...noise);
    await timers.advance(minuteMs);
    const parts = arrived().slice(2);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.flat()).toEqual(noise);
    for (const { payload } of invocations) expect(payload.logEvents.length).toBeGreaterThan(0);
  });

  it("is tried again while the function is throttled, ever less often, and counted each time", async () => {
    const { log, timers, invocations, measured } = await start({
      refuse: (call) => (call > 1 && call < 5 ? throttled : undefined),
    });
    log("relay-0", "a");
    await timers.advance(minuteMs);
    expect(invocations.map(({ atMs }) => atMs - nowMs)).toEqual([0, 8_000]);
    expect(measured.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => ["DeliveryThrottling", 1]));
  });

  it("is given up when a server's fault has lasted for a day", async () => {
    let broken = true;
    const { log, timers, arrived, measured } = await start({
      refuse: (call) =>
        call > 1 && broken ? new Refusal(500, "ServiceException", "internal error") : undefined,
    });
    log("relay-0", "lost");
    await timers.advance(24 * hourMs);
    expect(measured.every(([name]) => name === "DeliveryErrors")).toBe(true);
    broken = false;
    await timers.advance(hourMs);
    expect(arrived()).toEqual([]);
    log("relay-0", "next");
    await timers.advance(minuteMs);
    expect(arrived()).toEqual([["next"]]);
  });

  it.each([
    ["the permission has gone", "AccessDeniedException", 403],
    ["the function has gone", "ResourceNotFoundException", 404],
  ])(
    "is not tried again when %s, and what is logged within ten minutes is skipped",
    async (_, code, status) => {
      const { log, timers, arrived, measured } = await start({
        refuse: (call) => (call === 2 ? new Refusal(status, code, "gone") : undefined),
      });
      log("relay-0", "lost");
      await timers.advance(minuteMs);
      expect(measured).toEqual([["DeliveryErrors", 1]]);
      log("relay-0", "skipped");
      await timers.advance(10 * minuteMs);
      log("relay-0", "next");
      await timers.advance(minuteMs);
      expect(arrived()).toEqual([["next"]]);
    },
  );

  it("goes on at once when the filter is put anew", async () => {
    let allowed = true;
    const { log, timers, arrived, subscribe } = await start({ mayInvoke: () => allowed });
    allowed = false;
    log("relay-0", "lost");
    await timers.advance(minuteMs);
    allowed = true;
    await subscribe();
    log("relay-0", "next");
    await timers.advance(minuteMs);
    expect(arrived()).toEqual([["next"]]);
  });
});

describe("deliveries in a world that is not calm", () => {
  it("come late, twice, and one before the other, and none of them is lost", async () => {
    const world = await startSubscriptions({ calm: false, seed: 3 });
    running = world.server;
    await world.logs.subscriptions.put(
      { logGroupName, filterName, filterPattern: "", destinationArn: world.functionArn },
      accountId,
    );
    const sent = Array.from({ length: 100 }, (_, index) => `${index}`);
    for (const message of sent) {
      world.log("relay-0", message);
      await world.timers.advance(1_500);
    }
    await world.timers.advance(10 * minuteMs);
    const got = world.arrived().flat();
    expect(new Set(got)).toEqual(new Set(sent));
    expect(got.length).toBeGreaterThan(sent.length);
    expect(got).not.toEqual(got.toSorted((a, b) => Number(a) - Number(b)));
    expect(world.measured).toContainEqual(["DeliveryThrottling", 1]);
    expect(world.logs.subscriptions.troubles()).toEqual([]);
  });
});
