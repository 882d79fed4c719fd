import { describe, expect, it } from "vitest";
import { createTunnelsModel } from "../../local/model/tunnels.ts";

const eventsOf = (model: ReturnType<typeof createTunnelsModel>) => model.records.map(({ event }) => event);

/** The first repair is due in the fourth minute. */
async function upToRepair(vpn = {}) {
  const model = createTunnelsModel(vpn);
  model.cut("one-a");
  await model.watchFor(3);
  model.calls.forget();
  return model;
}

describe("watchTunnels at a repair", () => {
  it("holds the lease, writes the repair down, checks the lease, looks again, and only then calls the cloud", async () => {
    const model = await upToRepair();
    await model.watch();
    expect(
      model.calls.brain.map(({ name }) => name).filter((name) => /^(lease|memory|hand)/.test(name)),
    ).toEqual([
      "memory.read",
      "hand.tunnels-observe",
      "hand.collect",
      "lease.acquire",
      "memory.write",
      "lease.check",
      "memory.read",
      "hand.tunnels-observe",
      "hand.tunnels-reset",
      "memory.write",
      "lease.release",
    ]);
    expect(model.memory.stands.work).toMatchObject({ tunnel: "one-a", reason: "repair" });
  });

  it("leaves it to the other holder while the lease is held", async () => {
    const model = await upToRepair();
    Object.assign(model.lease, { until: model.clock.now() + 100, holder: "another" });
    await model.watch();
    expect(model.repairs).toEqual([]);
    expect(model.records.at(-2)).toMatchObject({
      ...{ event: "tunnel.not-mended", code: "lease-held" },
      ...{ holder: "another", until: model.clock.now() + 100 },
    });
    model.clock.advance(100);
    await model.watch();
    expect(model.repairs).toEqual(["reset-azure one-a"]);
  });

  it("calls no cloud once a later holder has the lease", async () => {
    const model = await upToRepair();
    await model.watch({
      lease: { acquire: async () => ({ fence: 1 }), check: async () => false, release: async () => {} },
    });
    expect(model.repairs).toEqual([]);
    expect(model.memory.stands).toMatchObject({ work: null });
    expect(model.memory.stands.tunnels[0]?.repairs).toMatchObject([{ outcome: "lease-lost" }]);
  });

  it("starts none that would not end in time", async () => {
    const model = await upToRepair();
    await model.watch({ remainingMs: () => 49_999 });
    expect(model.calls.count("lease.acquire")).toBe(0);
    expect(model.records.at(-2)).toMatchObject({ event: "tunnel.not-mended", code: "no-time-left" });
  });

  it("makes one repair in two runs at once", async () => {
    const model = await upToRepair();
    await Promise.all([model.watch({ holder: "a" }), model.watch({ holder: "b" })]);
    expect(model.repairs).toEqual(["reset-azure one-a"]);
  });

  it("leaves mending to the run that has looked meanwhile", async () => {
    const model = await upToRepair();
    model.tunnel("one-b").aws = "down";
    await Promise.all([model.watch({ holder: "a" }), model.watch({ holder: "b" })]);
    expect(eventsOf(model).filter((event) => event === "tunnels.other-run")).toHaveLength(1);
    expect(model.repairs).toEqual(["reset-azure one-a"]);
  });

  it("begins none that it could not write down", async () => {
    const model = await upToRepair();
    const { store } = model.watcher();
    await model.watch({ store: { ...store, write: async () => null } });
    expect(model.repairs).toEqual([]);
    expect(model.records.at(-2)).toMatchObject({ event: "tunnel.not-mended", code: "other-run" });
    expect(model.lease.until).toBe(0);
  });

  it("logs each repair with what became of it", async () => {
    const model = await upToRepair();
    await model.watch();
    expect(model.records.find(({ event }) => event === "tunnel.mended")).toEqual({
      level: "info",
      event: "tunnel.mended",
      tunnel: "one-a",
      kind: "reset-azure",
      outcome: "begun",
    });
  });

  it("ends in trouble when the table fails, and reports all the same", async () => {
    const model = await upToRepair();
    model.calls.fail({ call: "lease.acquire", when: "before", code: "Unavailable" });
    const report = await model.watch();
    expect(report.trouble).toEqual([
      "one-a: its repair could not be carried out: lease.acquire failed, Unavailable",
    ]);
    expect(model.repairs).toEqual([]);
    expect(eventsOf(model).at(-1)).toBe("run.finished");
  });

  it("tells a refusal, and goes on with the other end", async () => {
    const model = await upToRepair();
    // As Azure has it, it is up, and no other one is.
    model.tunnel("one-a").azure = "connected";
    model.tunnel("one-b").azure = "connecting";
    await model.watchFor(11);
    expect(model.repairs).toEqual(["replace-aws one-a"]);
    expect(model.store.standing.get("tunnels")?.notes.map(({ text }) => text)).toEqual([
      "one-a: reset of its Azure connection: not done, last-tunnel",
      "one-a: replacement of its AWS endpoint: begun",
    ]);
  });

  it("waits for a back-off alone when the hand could not look before its reset, and keeps no other one waiting", async () => {
    const model = await upToRepair();
    model.cut("one-b");
    model.calls.weather = ({ name }) => {
      model.tunnel("one-b").azureTrouble = name === "hand.tunnels-reset" ? "ServerBusy" : null;
      return undefined;
    };
    const report = await model.watch();
    expect(report.trouble).toEqual([]);
    expect(model.repairs).toEqual([]);
    expect(model.memory.stands.work).toBeNull();
    expect(model.memory.stands.tunnels[0]?.repairs).toMatchObject([{ outcome: "cannot-tell" }]);
    model.calls.weather = () => undefined;
    model.clock.advance(60);
    await model.watchFor(3);
    expect(model.repairs).toEqual(["reset-azure one-b"]);
  });

  it("makes none while AWS cannot be asked whether IPsec is up, and ends in trouble", async () => {
    const model = await upToRepair();
    model.calls.fail({ call: "tunnels.active-status", when: "before", code: "UnauthorizedOperation" });
    const report = await model.watch();
    expect(report).toMatchObject({
      repair: null,
      trouble: ["AWS could not be asked whether IPsec is up: UnauthorizedOperation"],
    });
    expect(model.repairs).toEqual([]);
  });

  it("keeps what another run has written while it was at its repair", async () => {
    const model = await upToRepair();
    model.calls.weather = ({ name }) => {
      if (name !== "hand.tunnels-reset") return undefined;
      const { stands } = model.memory;
      const tunnels = stands.tunnels.map((one) => ({ ...one, maintenanceDueAt: 5 }));
      model.memory.stands = { ...stands, tunnels, version: stands.version + 1 };
      return undefined;
    };
    await model.watch();
    expect(model.memory.stands.tunnels).toMatchObject([
      { maintenanceDueAt: 5, repairs: [{ outcome: "begun" }] },
      { maintenanceDueAt: 5 },
    ]);
    expect(model.memory.stands.work).not.toBeNull();
  });

  it("counts one of unknown outcome as under way, and ends in trouble", async () => {
    const model = await upToRepair();
    model.calls.fail({ call: "hand.tunnels-reset", when: "after", code: "Lost" });
    const report = await model.watch();
    expect(report.trouble).toEqual(["one-a: whether its repair was begun is not known, unreachable"]);
    expect(model.store.standing.get("tunnels")?.notes.map(({ text }) => text)).toEqual([
      "one-a: reset of its Azure connection: asked for; whether it was begun is not known",
    ]);
    model.calls.forget();
    model.clock.advance(60);
    expect(await model.watch()).toMatchObject({ repair: null });
  });

  it("waits while AWS works on a connection of the link", async () => {
    const model = await upToRepair();
    model.states.set("vpn-0a1b2c3d4e5f60718", "modifying");
    await model.watchFor(30);
    expect(model.repairs).toEqual([]);
  });
});

describe("watchTunnels, ended in the midst of it", () => {
  it("never has a repair made twice within its back-off, wherever it died, and heals", async () => {
    const record = await upToRepair();
    await record.watch();
    const calls = record.calls.brain.length;
    expect(calls).toBeGreaterThan(8);
    for (let at = 0; at < calls; at += 1) {
      for (const when of ["before", "after"] as const) {
        const model = await upToRepair();
        model.tunnel("one-a").mendedBy = "reset-azure";
        model.calls.dieAt({ at, when });
        await model.watch().catch(() => null);
        model.calls.forget();
        model.clock.advance(60);
        await model.watchFor(9);
        expect(model.repairs.length).toBeLessThanOrEqual(1);
        // A lease that nobody released ends by itself, and a repair that was not begun waits for its back-off.
        await model.watchFor(50);
        expect(model.tunnel("one-a")).toMatchObject({ aws: "up" });
        expect(model.store.standing.get("tunnels")?.state ?? "closed").toBe("closed");
        expect(model.channel.messages).toHaveLength(1);
      }
    }
  });
});
