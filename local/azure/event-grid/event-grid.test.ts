import { describe, expect, it } from "vitest";
import { deletion, RESOURCE_GROUP, startEventGrid, subscription } from "./test-event-grid.ts";

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe("createEventGrid", () => {
  it("hands an event to the function that is subscribed, with the subscription's topic", async () => {
    const { grid, delivered, timers } = startEventGrid();
    const event = deletion("ssh");
    grid.publish(event);
    await timers.advance(0);
    expect(delivered).toEqual([
      {
        functionName: "heal-network-security-group",
        event: { ...event, topic: RESOURCE_GROUP },
        atMs: 0,
      },
    ]);
    await timers.advance(dayMs);
    expect(delivered).toHaveLength(1);
  });

  it("hands it to each subscription that it is for, and to no other", async () => {
    const elsewhere = subscription({ name: "b", scope: "/subscriptions/s1/resourceGroups/rg" });
    const { grid, delivered, timers } = startEventGrid({
      subscriptions: [
        subscription(),
        elsewhere,
        subscription({ name: "c", scope: "/SUBSCRIPTIONS/s1", functionName: "c" }),
      ],
    });
    grid.publish(deletion("ssh"));
    await timers.advance(0);
    expect(delivered.map(({ functionName }) => functionName)).toEqual(["heal-network-security-group", "c"]);
  });

  it("tries again what failed, ever less often", async () => {
    const { grid, delivered, timers } = startEventGrid({ answers: [500, 500, 500, 500] });
    grid.publish(deletion("ssh"));
    await timers.advance(hourMs);
    const [s, m] = [secondMs, minuteMs];
    expect(delivered.map(({ atMs }) => atMs)).toEqual([0, 10 * s, 40 * s, 100 * s, 100 * s + 5 * m]);
    expect(grid.dropped()).toEqual([]);
  });

  it.each([
    [401, 5 * minuteMs],
    [404, 5 * minuteMs],
    [408, 2 * minuteMs],
    [503, 30 * secondMs],
    [502, 10 * secondMs],
  ])("waits after a %i for at least %i ms", async (status, ms) => {
    const { grid, delivered, timers } = startEventGrid({ answers: [status] });
    grid.publish(deletion("ssh"));
    await timers.advance(ms - 1);
    expect(delivered).toHaveLength(1);
    await timers.advance(1);
    expect(delivered).toHaveLength(2);
  });

  it.each([400, 403, 413])("drops at once what was answered with %i", async (status) => {
    const { grid, delivered, timers } = startEventGrid({ answers: [status] });
    grid.publish(deletion("ssh"));
    await timers.advance(dayMs);
    expect(delivered).toHaveLength(1);
    expect(grid.dropped()).toMatchObject([{ subscription: "nsgs", why: "not-retried" }]);
  });

  it("sends it again when there is no answer within half a minute", async () => {
    const { grid, delivered, timers } = startEventGrid({ answers: ["never"] });
    grid.publish(deletion("ssh"));
    await timers.advance(40 * secondMs - 1);
    expect(delivered).toHaveLength(1);
    await timers.advance(1);
    expect(delivered).toHaveLength(2);
  });

  it("gives up after the attempts that the subscription allows", async () => {
    const { grid, delivered, timers } = startEventGrid({
      subscriptions: [subscription({ retryPolicy: { maxDeliveryAttempts: 3 } })],
      answers: [500, 500, 500, 500],
    });
    grid.publish(deletion("ssh"));
    await timers.advance(dayMs);
    expect(delivered).toHaveLength(3);
    expect(grid.dropped()).toMatchObject([{ why: "attempts" }]);
  });

  it("gives up on an event that has become too old", async () => {
    const { grid, delivered, timers } = startEventGrid({
      subscriptions: [subscription({ retryPolicy: { eventTimeToLiveInMinutes: 1 } })],
      answers: [500, 500, 500, 500],
    });
    grid.publish(deletion("ssh"));
    await timers.advance(dayMs);
    expect(delivered).toHaveLength(3);
    expect(grid.dropped()).toMatchObject([{ why: "expired" }]);
  });

  it("sends it again when the connection broke, after the endpoint had it too", async () => {
    for (const [when, times] of [
      ["before", 1],
      ["after", 2],
    ] as const) {
      const { grid, delivered, timers, kernel } = startEventGrid();
      const effect = { kind: "lose-connection" } as const;
      kernel.faults.add({ operation: "event-grid:Deliver", nth: 1, when, effect });
      grid.publish(deletion("ssh"));
      await timers.advance(minuteMs);
      expect(delivered, when).toHaveLength(times);
    }
  });

  it("delivers nothing while all is lost, and again afterwards", async () => {
    const { grid, delivered, timers } = startEventGrid();
    const found = grid.loseAll();
    grid.publish(deletion("ssh"));
    await timers.advance(dayMs);
    found();
    found();
    expect(delivered).toEqual([]);
    expect(grid.dropped()).toMatchObject([{ why: "lost" }]);
    grid.publish(deletion("rdp"));
    await timers.advance(0);
    expect(delivered).toHaveLength(1);
  });

  it("delivers late, twice, in another order or not at all when not calm", async () => {
    const { grid, delivered, timers } = startEventGrid({ calm: false, seed: 4 });
    const rules = Array.from({ length: 300 }, (_, at) => `rule-${at}`);
    for (const rule of rules) grid.publish(deletion(rule));
    await timers.advance(5 * secondMs);
    const subjects = delivered.map(({ event }) => event.subject.split("/").at(-1) ?? "");
    expect(subjects.length).toBeGreaterThan(new Set(subjects).size);
    expect(new Set(subjects).size).toBe(rules.length - grid.dropped().length);
    expect(grid.dropped().length).toBeGreaterThan(0);
    expect([...new Set(subjects)]).not.toEqual(rules.filter((rule) => subjects.includes(rule)));
    expect(delivered.some(({ atMs }) => atMs > 4 * secondMs)).toBe(true);
  });

  it("delivers nothing once it has stopped", async () => {
    const { grid, delivered, timers } = startEventGrid({ answers: [500] });
    grid.publish(deletion("ssh"));
    await timers.advance(0);
    await grid.stop();
    await timers.advance(dayMs);
    expect(delivered).toHaveLength(1);
    expect(grid.troubles()).toEqual([]);
  });
});
