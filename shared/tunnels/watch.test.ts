import { describe, expect, it } from "vitest";
import { createTunnelsModel } from "../../local/model/tunnels.ts";

const ONE_TUNNEL = {
  connections: [
    {
      name: "one",
      aws: { adopt: "vpn-0a1b2c3d4e5f60718" },
      tunnels: [{ name: "one-a", outsideIp: "198.51.100.10", azure: { adopt: "aws-one-a" } }],
    },
  ],
};

const eventsOf = (model: ReturnType<typeof createTunnelsModel>) => model.records.map(({ event }) => event);

describe("watchTunnels over healthy tunnels", () => {
  it("tells nothing, changes nothing, and asks for maintenance once an hour", async () => {
    const model = createTunnelsModel();
    await model.watchFor(65);
    expect(model.store.standing.size).toBe(0);
    expect(model.repairs).toEqual([]);
    expect(model.calls.count("tunnels.maintenance")).toBe(4);
    expect(model.calls.count("memory.write")).toBe(2);
  });

  it("needs five calls for a look at which nothing is due", async () => {
    const model = createTunnelsModel();
    await model.watch();
    model.calls.forget();
    model.clock.advance(60);
    expect(await model.watch()).toEqual({
      tunnels: { "one-a": "up", "one-b": "up" },
      severity: null,
      repair: null,
      trouble: [],
    });
    expect(model.calls.brain.map(({ name }) => name).toSorted()).toEqual([
      "hand.collect",
      "hand.tunnels-observe",
      "incidents.read",
      "memory.read",
      "tunnels.describe",
    ]);
  });
});

describe("watchTunnels over tunnels that are cut", () => {
  it("warns of one, turns the same message critical at the second, and tells of repair and recovery", async () => {
    const model = createTunnelsModel();
    await model.watchFor(1);
    model.cut("one-a");
    await model.watchFor(1);
    expect(model.store.standing.get("tunnels")).toMatchObject({
      severity: "warning",
      title: "one-a: down, 1 of 2 tunnels left",
    });
    model.cut("one-b");
    model.tunnel("one-b").mendedBy = "reset-azure";
    await model.watchFor(5);
    expect(model.store.standing.get("tunnels")).toMatchObject({ severity: "critical", state: "open" });
    expect(model.repairs).toEqual(["reset-azure one-a"]);
    await model.watchFor(12);
    // The second tunnel's first repair helps, so the first one has its second in turn.
    expect(model.repairs).toEqual(["reset-azure one-a", "reset-azure one-b", "replace-aws one-a"]);
    model.restore("one-a", "one-b");
    await model.watchFor(2);
    const [incident] = [...model.store.history.values()];
    expect(incident).toMatchObject({ key: "tunnels", state: "closed" });
    expect(incident?.notes.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        "one-a: reset of its Azure connection: begun",
        "one-b: reset of its Azure connection: begun",
      ]),
    );
    expect(model.channel.messages).toHaveLength(1);
  });

  it("is critical at once for a link with one tunnel", async () => {
    const model = createTunnelsModel(ONE_TUNNEL);
    model.cut("one-a");
    expect(await model.watch()).toMatchObject({ severity: "critical" });
    expect(model.store.standing.get("tunnels")?.title).toBe("The link's only tunnel, one-a: down");
  });

  it("resets the Azure connection, then replaces the AWS endpoint, and stops at the daily limit", async () => {
    const model = createTunnelsModel({ repairsPerDay: 3 });
    model.cut("one-a");
    await model.watchFor(24 * 60 - 10);
    expect(model.repairs).toEqual(["reset-azure one-a", "replace-aws one-a", "reset-azure one-a"]);
    expect(model.store.standing.get("tunnels")?.notes.map(({ text }) => text)).toContain(
      "one-a: no more repairs for now, as the link allows 3 a day. It needs a person.",
    );
  });

  it("mends nothing with repair off, and nothing while the link is frozen, but goes on telling", async () => {
    for (const prepare of [{ repair: "off" as const }, {}]) {
      const model = createTunnelsModel(prepare);
      if (!("repair" in prepare)) model.freeze.freeze(model.clock.now());
      model.cut("one-a", "one-b");
      await model.watchFor(30);
      expect(model.repairs).toEqual([]);
      expect(model.calls.count("lease.acquire")).toBe(0);
      expect(model.store.standing.get("tunnels")).toMatchObject({ severity: "critical" });
    }
  });

  it("mends nothing that it cannot see from both ends, and tells so after a quarter of an hour", async () => {
    const model = createTunnelsModel();
    model.cut("one-a", "one-b");
    model.calls.fail({ call: "hand.tunnels-observe", when: "before", code: "Denied" });
    await model.watchFor(15);
    expect(model.store.standing.has("tunnels:unseen")).toBe(false);
    await model.watchFor(1);
    expect(model.repairs).toEqual([]);
    expect(model.store.standing.get("tunnels:unseen")).toMatchObject({
      severity: "warning",
      facts: [
        { label: "one-a", value: "Azure: unreachable" },
        { label: "one-b", value: "Azure: unreachable" },
      ],
    });
  });

  it("closes nothing while an end cannot be asked", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    await model.watchFor(1);
    model.restore("one-a");
    model.calls.fail({ call: "tunnels.describe", when: "before", code: "Unavailable" });
    const report = await model.watch();
    expect(report.trouble).toEqual(["AWS could not be asked for tunnels: Unavailable"]);
    expect(model.store.standing.get("tunnels")).toMatchObject({ state: "open" });
    model.calls.forget();
    model.clock.advance(60);
    await model.watch();
    expect(model.store.standing.get("tunnels")).toMatchObject({ state: "closed" });
  });

  it("tells of the tunnels although the table of incidents fails, in the run's trouble", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    model.calls.fail({ call: "incidents.read", when: "before", code: "Unavailable" });
    const report = await model.watch();
    expect(report.trouble).toEqual([
      "what holds of tunnels could not be told: incidents.read failed, Unavailable",
    ]);
    expect(eventsOf(model)).toContain("conditions.untold");
  });
});
