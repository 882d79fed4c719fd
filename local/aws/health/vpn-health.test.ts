import { describe, expect, it } from "vitest";
import { firstId, startMs, testWorld } from "../../vpn/test-world.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import { tellVpnHealth } from "./vpn-health.ts";

const hourMs = 3_600_000;

function world() {
  const { world, timers } = testWorld();
  const told: ServiceEvent[] = [];
  const stop = tellVpnHealth({ world, region: "eu-west-2", tell: (event) => told.push(event) });
  return { world, timers, told, stop };
}

describe("tellVpnHealth", () => {
  it("tells a finished replacement of the connection, and neither its begin nor a cut", async () => {
    const { world: vpn, timers, told } = world();
    vpn.replaceEndpoint(vpn.tunnel("one-a"), { maintenance: false });
    vpn.cut("two-a");
    expect(told).toEqual([]);
    await timers.advance(hourMs);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      source: "aws.health",
      detailType: "AWS Health Event",
      resources: [firstId],
      detail: {
        service: "VPN",
        eventTypeCode: "AWS_VPN_REDUNDANCY_LOSS",
        eventTypeCategory: "accountNotification",
        startTime: "Sat, 21 Nov 2026 08:03:00 GMT",
        affectedEntities: [{ entityValue: firstId }],
      },
    });
    expect(told[0]?.detail["eventArn"]).toMatch(
      /^arn:aws:health:eu-west-2::event\/VPN\/AWS_VPN_REDUNDANCY_LOSS\/AWS_VPN_REDUNDANCY_LOSS-\d+-\d+$/,
    );
  });

  it("tells maintenance to come as a scheduled change, with its time", () => {
    const { world: vpn, told } = world();
    vpn.announceMaintenance("one-a", startMs + 24 * hourMs);
    expect(told[0]?.detail).toMatchObject({
      eventTypeCategory: "scheduledChange",
      startTime: "Sun, 22 Nov 2026 08:00:00 GMT",
    });
  });

  it("tells nothing once it was ended", async () => {
    const { world: vpn, timers, told, stop } = world();
    stop();
    vpn.replaceEndpoint(vpn.tunnel("one-a"), { maintenance: false });
    await timers.advance(hourMs);
    expect(told).toEqual([]);
  });
});
