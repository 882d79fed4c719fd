/** What is told while not all of it can be seen or remembered: never less than is known, and never what is over. */
import { describe, expect, it } from "vitest";
import { createTunnelsModel, type TunnelsModel } from "../../local/model/tunnels.ts";
import { CloudError } from "../runtime/errors.ts";

const shown = ({ store }: TunnelsModel) => store.standing.get("tunnels");
const factsOf = (model: TunnelsModel) =>
  Object.fromEntries((shown(model)?.facts ?? []).map(({ label, value }) => [label, value]));
const awayFrom = (model: TunnelsModel, call: "hand.tunnels-observe" | "tunnels.describe") =>
  model.calls.fail({ call, when: "before", code: "Unavailable" });

describe("watchTunnels, while Azure cannot be asked", () => {
  it("says of tunnels that AWS has up again just that, and closes nothing", async () => {
    const model = createTunnelsModel({ repair: "off" });
    model.cut("one-a", "one-b");
    await model.watchFor(3);
    expect(shown(model)).toMatchObject({ severity: "critical", title: "Both tunnels: down" });
    model.restore("one-a", "one-b");
    awayFrom(model, "hand.tunnels-observe");
    await model.watchFor(240);
    expect(shown(model)).toMatchObject({
      state: "open",
      severity: "warning",
      title: "Both tunnels: up in AWS, not confirmed by Azure",
    });
    expect(factsOf(model)).toMatchObject({
      Left: "2 of 2: one-a, one-b",
      "one-a": "up in AWS; Azure does not say whether it is connected",
    });
    expect(model.channel.messages.filter(({ incident }) => incident.key === "tunnels")).toHaveLength(1);
    model.calls.forget();
    await model.watchFor(1);
    expect(shown(model)).toMatchObject({ state: "closed" });
  });

  it("says the same of ends that disagreed for long", async () => {
    const model = createTunnelsModel();
    model.tunnel("one-a").azure = "not-connected";
    await model.watchFor(7);
    expect(shown(model)).toMatchObject({ title: "one-a: the ends disagree, 1 of 2 tunnels left" });
    awayFrom(model, "hand.tunnels-observe");
    await model.watchFor(2);
    expect(shown(model)).toMatchObject({
      title: "one-a: up in AWS, not confirmed by Azure, 2 of 2 tunnels left",
    });
  });

  it("opens nothing because Azure is away from a link that is well, or whose ends have just disagreed", async () => {
    const model = createTunnelsModel();
    model.tunnel("one-a").azure = "not-connected";
    await model.watchFor(2);
    awayFrom(model, "hand.tunnels-observe");
    await model.watchFor(2);
    expect(shown(model)).toBeUndefined();
  });

  it("makes nothing look better when neither cloud says anything", async () => {
    const model = createTunnelsModel({ repair: "off" });
    model.cut("one-a", "one-b");
    await model.watchFor(3);
    model.calls.fail(
      { call: "hand.tunnels-observe", when: "before", code: "Unavailable" },
      { call: "tunnels.describe", when: "before", code: "Unavailable" },
    );
    await model.watchFor(3);
    expect(shown(model)).toMatchObject({ severity: "critical", title: "Both tunnels: down" });
  });

  it("does not take Azure's word alone for a recovery: it lags behind", async () => {
    const model = createTunnelsModel({ repair: "off" });
    model.cut("one-a", "one-b");
    for (const name of ["one-a", "one-b"]) model.tunnel(name).azure = "connected";
    await model.watchFor(3);
    awayFrom(model, "tunnels.describe");
    await model.watchFor(1);
    expect(shown(model)).toMatchObject({ state: "open", title: "Both tunnels: down" });
  });
});

describe("watchTunnels, whose memory cannot be read", () => {
  const unreadable = async (model: TunnelsModel, minutes: number) => {
    const trouble: string[] = [];
    for (let minute = 0; minute < minutes; minute += 1) {
      trouble.push(...(await model.watch()).trouble);
      await model.tell();
      model.clock.advance(60);
    }
    return [...new Set(trouble)];
  };

  it("tells of the tunnels all the same, mends nothing, writes nothing over it, and is in trouble", async () => {
    const model = createTunnelsModel();
    model.cut("one-a", "one-b");
    model.memory.isUnreadable = true;
    expect(await unreadable(model, 5)).toEqual([
      "what is remembered of the tunnels cannot be read: unreadable-item; none is mended before the item memory#tunnels is deleted",
    ]);
    expect(model.channel.messages).toHaveLength(1);
    expect(shown(model)).toMatchObject({ severity: "critical", title: "Both tunnels: down", revision: 1 });
    expect(factsOf(model)).toMatchObject({ Repair: "none, as what was done before cannot be read" });
    expect(model.repairs).toEqual([]);
    expect(model.calls.count("memory.write")).toBe(0);
    expect(model.records.find(({ event }) => event === "tunnels.planned")).toMatchObject({
      waits: [
        { tunnel: "one-a", reason: "memory-unreadable" },
        { tunnel: "one-b", reason: "memory-unreadable" },
      ],
    });
  });

  it("closes nothing by what it does not remember", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    await model.watchFor(1);
    model.restore("one-a");
    model.memory.isUnreadable = true;
    await unreadable(model, 2);
    expect(shown(model)).toMatchObject({ state: "open" });
  });
});

describe("watchTunnels, in which order", () => {
  it("tells before it sweeps, so that a slow half in Azure delays no word", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    const seen: string[] = [];
    const { tell } = model.watcher();
    await model.watch({
      tell: async (report) => {
        seen.push(`tell ${report.concern}`);
        return await tell(report);
      },
      sweep: async () => {
        seen.push("sweep");
        return [];
      },
    });
    expect(seen).toEqual(["tell tunnels", "sweep"]);
  });

  it("sweeps although the table of incidents fails", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    let swept = 0;
    const tell = async () => {
      throw new CloudError({
        provider: "aws",
        operation: "Query",
        target: "t",
        code: "unreachable",
        retryable: true,
      });
    };
    await model.watch({
      tell,
      sweep: async () => {
        swept += 1;
        return ["the hand is away"];
      },
    });
    expect(swept).toBe(1);
  });

  it("leaves a repair its time, however long the sweep would like to take", async () => {
    const model = createTunnelsModel();
    model.cut("one-a");
    await model.watchFor(3);
    const left: number[] = [];
    await model.watch({
      sweep: async (_freeze, remainingMs) => {
        left.push(remainingMs());
        return [];
      },
    });
    expect(left).toEqual([70_000]);
  });
});
