import { afterEach, describe, expect, it } from "vitest";
import { EventBridge } from "../../local/aws/event-bridge/event-bridge.ts";
import { accountId, makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { realTimers } from "../../local/aws/timers.ts";
import { eventSender } from "../journal/aws-bus.ts";
import { incidentBus } from "./aws-bus.ts";
import { incidentEvent } from "./event.ts";
import { incidentOf } from "./test-conditions.ts";

const BUS = "warrener-test";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe("incidentBus, over EventBridge", () => {
  it("tells incidents under a detail-type of their own", async () => {
    const eventBridge = new EventBridge({ kernel: makeKernel(), region, accountId, timers: realTimers });
    const world = await startWorld(() => [eventBridge.service]);
    closing.push(world.server.close, async () => eventBridge.stop());
    eventBridge.addBus(BUS);
    const event = incidentEvent("test-link", incidentOf("tunnels"));
    const told = await incidentBus(eventSender(world.client()), BUS).tell([event]);
    expect(told).toEqual({ ids: new Set([event.id]), code: null });
    expect(eventBridge.bus(BUS).events()).toMatchObject([
      {
        source: "warrener",
        "detail-type": "Warrener Incident",
        detail: event,
        time: "2026-11-21T08:00:00Z",
      },
    ]);
  });
});
