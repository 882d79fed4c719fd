import { describe, expect, it } from "vitest";
import { createTunnelsModel } from "../../local/model/tunnels.ts";
import { runOnEvent } from "./run-on-event.ts";

function start() {
  const model = createTunnelsModel();
  const run = (event: unknown) =>
    runOnEvent({ ...model.watcher(), alarmPrefix: "warrener-test-", ownRoles: [] }, event);
  const events = () => model.records.map(({ event }) => event);
  return { model, run, events };
}

const alarmOf = (alarmName: string) => ({
  source: "aws.cloudwatch",
  "detail-type": "CloudWatch Alarm State Change",
  detail: { alarmName, state: { value: "ALARM" } },
});

describe("runOnEvent", () => {
  it("looks on its schedule, and says nothing of being started", async () => {
    const { run, events } = start();
    expect(await run({})).toMatchObject({ severity: null, trouble: [] });
    expect(events()).toEqual(["tunnels.planned", "run.finished"]);
  });

  it("passes over what is none of the link's, with the reason in the log", async () => {
    const { model, run } = start();
    expect(await run(alarmOf("cpu"))).toEqual({ passed: "not-ours", trouble: [] });
    expect(model.records).toEqual([
      {
        level: "info",
        event: "tunnels.heard",
        look: false,
        reason: "not-ours",
        type: "CloudWatch Alarm State Change",
        alarm: "cpu",
        state: "ALARM",
      },
    ]);
    expect(model.calls.brain).toEqual([]);
  });

  it("decides by what it finds, not by what the event claims", async () => {
    const { model, run } = start();
    expect(await run(alarmOf("warrener-test-tunnels-down"))).toMatchObject({ severity: null });
    expect(model.store.standing.size).toBe(0);
  });

  it("says what it would do to a person who asks, and does nothing", async () => {
    const { model, run, events } = start();
    model.cut("one-a");
    await model.watchFor(3);
    model.calls.forget();
    const before = { memory: model.memory.stands, logged: events().length };
    expect(await run({ run: "plan" })).toMatchObject({
      tunnels: { "one-a": "down", "one-b": "up" },
      severity: "warning",
      repair: { tunnel: "one-a", kind: "reset-azure" },
      waits: [],
      conditions: [{ key: "tunnels" }],
      frozen: false,
      work: null,
      trouble: [],
    });
    expect({ memory: model.memory.stands, logged: events().length }).toEqual(before);
    expect(model.calls.brain.map(({ name }) => name).toSorted()).toEqual([
      "hand.tunnels-observe",
      "memory.read",
      "tunnels.active-status",
      "tunnels.describe",
    ]);
    expect(model.repairs).toEqual([]);
  });

  it("asks for maintenance when something was said of it", async () => {
    const { model, run } = start();
    await run({});
    model.calls.forget();
    const detail = { service: "VPN", affectedEntities: [{ entityValue: "vpn-0a1b2c3d4e5f60718" }] };
    await run({ source: "aws.health", detail });
    expect(model.calls.count("tunnels.maintenance")).toBe(2);
  });
});
