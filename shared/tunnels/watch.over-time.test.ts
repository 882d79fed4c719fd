/** What is told over time: of tunnels that come and go, of what cannot be asked for hours, and of what is held up. */
import { describe, expect, it } from "vitest";
import { createTunnelsModel, type TunnelsModel } from "../../local/model/tunnels.ts";

const shown = ({ store }: TunnelsModel) => store.standing.get("tunnels");
const factsOf = (model: TunnelsModel) =>
  Object.fromEntries((shown(model)?.facts ?? []).map(({ label, value }) => [label, value]));

describe("watchTunnels over tunnels that come and go", () => {
  it("keeps the worst that was told while one is unsteady, so that no pager storms", async () => {
    const model = createTunnelsModel({ repair: "off" });
    for (let turn = 0; turn < 30; turn += 1) {
      model.cut("one-a", "one-b");
      await model.watchFor(1);
      model.restore("one-a", "one-b");
      await model.watchFor(1);
    }
    expect(shown(model)).toMatchObject({ severity: "critical", state: "open" });
    expect(model.channel.messages.length).toBeLessThanOrEqual(3);
    expect(model.events.length).toBeLessThanOrEqual(6);
    expect(model.channel.messages.at(-1)?.replies.length).toBeLessThanOrEqual(2);
    await model.watchFor(61);
    expect(shown(model)).toMatchObject({ state: "closed" });
  });

  it("says nothing of planned work that went as it was meant to, however often", async () => {
    const model = createTunnelsModel({ preSharedKeys: {} });
    for (let turn = 0; turn < 4; turn += 1) {
      const startedAt = model.clock.now();
      model.work({ tunnel: "one-a", reason: "planned", startedAt, dueAt: startedAt + 600 });
      model.cut("one-a");
      await model.watchFor(4);
      model.restore("one-a");
      await model.watchFor(2);
      model.work(null);
      await model.watchFor(4);
    }
    expect(model.channel.messages).toEqual([]);
  });

  it("waits for each new loss as long as the link says, whatever Azure did not say before", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    await model.watchFor(2);
    model.restore("one-a");
    model.tunnel("one-a").azure = "unknown";
    await model.watchFor(120);
    model.cut("one-a");
    const lostAt = model.clock.now();
    expect((await model.watch()).repair).toBeNull();
    expect(shown(model)).toMatchObject({ since: lostAt });
    await model.watchFor(4);
    expect(model.repairs).toEqual(["reset-azure one-a"]);
  });
});

describe("watchTunnels, and maintenance that cannot be asked for", () => {
  it("tells so after some hours, and until it can be", async () => {
    const model = createTunnelsModel();
    const denied = { when: "before", code: "UnauthorizedOperation", retryable: false } as const;
    model.calls.fail({ call: "tunnels.maintenance", ...denied });
    await model.watchFor(6 * 60);
    expect(model.store.standing.size).toBe(0);
    await model.watchFor(1);
    expect(model.store.standing.get("tunnels:maintenance-unseen")).toMatchObject({
      severity: "warning",
      state: "open",
      title: "one-a, one-b: AWS has not said for 6 hours or more what it means to do to them",
      facts: [
        { label: "one-a", value: "AWS: UnauthorizedOperation" },
        { label: "one-b", value: "AWS: UnauthorizedOperation" },
      ],
    });
    model.calls.forget();
    await model.watchFor(11);
    expect(model.store.standing.get("tunnels:maintenance-unseen")).toMatchObject({ state: "closed" });
  });
});

describe("watchTunnels, whose repair is held up", () => {
  it.each(["lease-held", "no-time-left"] as const)(
    "tells so after two minutes of %s, and not a change more",
    async (code) => {
      const model = createTunnelsModel();
      model.cut("one-a");
      if (code === "lease-held") model.lease.until = model.clock.now() + 1_200;
      const changes = code === "lease-held" ? {} : { remainingMs: () => 30_000 };
      const texts: unknown[] = [];
      for (let minute = 0; minute < 15; minute += 1) {
        await model.watch(changes);
        await model.tell();
        texts.push(factsOf(model)["Repair"]);
        model.clock.advance(60);
      }
      const text = {
        "lease-held": "waits, as another one holds the link's lease",
        "no-time-left": "waits, as the runs have no time left for it",
      }[code];
      expect(texts).toEqual([
        ...Array(3).fill("by itself, if it is down for 3 minutes"),
        ...Array(2).fill("under way"),
        ...Array(10).fill(text),
      ]);
      expect(model.records.findLast(({ event }) => event === "tunnels.planned")).toMatchObject({
        repair: { tunnel: "one-a", kind: "reset-azure" },
        waits: [{ tunnel: "one-a", reason: code }],
      });
      model.clock.advance(600);
      await model.watchFor(1);
      expect(model.repairs).toEqual(["reset-azure one-a"]);
      expect(factsOf(model)).toMatchObject({ Repair: "under way" });
    },
  );
});
