import { describe, expect, it } from "vitest";
import { createAlertsModel } from "../../local/model/alerts.ts";
import { START } from "../../local/model/brain.ts";
import { action, condition, reportOf } from "./test-conditions.ts";
import { closed, down, later, names, opened, up } from "./test-telling.ts";

describe("tellIncidents", () => {
  it("tells an incident with one message, edits it, and ends it in its thread with how long it lasted", async () => {
    const model = await opened();
    expect(await model.tell()).toEqual({ told: 1, untold: [], trouble: [] });
    later(model);
    await down(model, {
      severity: "critical",
      title: "All tunnels are down",
      actions: [action("reset", START)],
    });
    expect(model.channel.messages[0]?.incident.severity).toBe("warning");
    await model.tell();
    expect(model.channel.messages[0]?.incident.severity).toBe("critical");
    await closed(model);
    await model.tell();
    const [message, ...others] = model.channel.messages;
    expect(others).toEqual([]);
    expect(message?.incident).toMatchObject({ state: "closed", closedAt: START + 120 });
    expect(message?.replies).toEqual(["reset", `critical:${START + 60}`, `closed:${START + 120}`]);
    expect(model.store.standing.get("tunnels")).toMatchObject({ filed: true, telling: null });
    expect([...model.store.history.values()]).toMatchObject([{ state: "closed", filed: true }]);
  });

  it("reads once and writes nothing when there is nothing to tell", async () => {
    const model = await opened();
    await model.tell();
    model.calls.forget();
    expect(await model.tell()).toEqual({ told: 0, untold: [], trouble: [] });
    expect(names(model)).toEqual(["incidents.read"]);
  });

  it("needs two writes and one message for what is new", async () => {
    const model = await opened();
    model.calls.forget();
    await model.tell();
    expect(names(model)).toEqual([
      "incidents.read",
      "incidents.claim",
      "messenger.post",
      "incidents.note-told",
    ]);
  });

  it("tells an incident that is over before it was told with one message, and files it", async () => {
    const model = await closed(await opened());
    await model.tell();
    expect(model.channel.messages).toMatchObject([
      { incident: { state: "closed" }, replies: [`closed:${START + 60}`] },
    ]);
    expect(model.store.history.size).toBe(1);
  });

  it("tells the most severe first, of those the oldest", async () => {
    const model = createAlertsModel();
    await down(model, {}, "b");
    later(model);
    const all = [condition("b"), condition("a"), condition("c", { severity: "critical" })];
    await model.report(reportOf(model.clock.now(), all));
    await model.tell();
    expect(model.channel.messages.map(({ incident }) => incident.key)).toEqual(["c", "b", "a"]);
  });

  it("opens a new message for a new incident of the same kind", async () => {
    const model = await closed(await opened());
    await model.tell();
    later(model);
    await down(model);
    await model.tell();
    expect(model.channel.messages.map(({ incident }) => incident.state)).toEqual(["closed", "open"]);
    expect(model.store.history.size).toBe(1);
  });

  it("tells anew what somebody deleted", async () => {
    const model = await opened();
    await model.tell();
    model.channel.remove(model.channel.messages[0]?.ts ?? "");
    later(model);
    await down(model, { severity: "critical", actions: [action("reset", START)] });
    expect(await model.tell()).toMatchObject({ untold: [] });
    expect(model.channel.messages).toMatchObject([
      { incident: { severity: "critical" }, replies: ["reset", `critical:${START + 60}`] },
    ]);
  });

  it("tells what is open anew in another channel", async () => {
    const model = await opened();
    await model.tell();
    await model.tell({ messenger: { ...model.channel, channel: "C0000000002" } });
    expect(model.channel.messages).toHaveLength(2);
    expect(model.store.standing.get("tunnels")?.told?.channel).toBe("C0000000002");
  });

  it("announces on the bus what the reporting run could not", async () => {
    const model = createAlertsModel();
    model.calls.fail({ call: "bus.tell", when: "before", code: "InternalFailure" });
    await down(model);
    model.calls.forget();
    await model.tell({ announces: false });
    expect(model.events).toEqual([]);
    await model.tell();
    expect(model.events).toMatchObject([{ change: "opened" }]);
  });

  it("files nothing that the bus has not heard of yet", async () => {
    const model = createAlertsModel();
    model.calls.fail({ call: "bus.tell", when: "before", code: "InternalFailure" });
    await down(model);
    await closed(model);
    await model.tell();
    expect(model.channel.messages).toMatchObject([{ incident: { state: "closed" } }]);
    expect(model.store.history.size).toBe(0);
    model.calls.forget();
    await model.tell();
    expect(model.events).toMatchObject([{ change: "closed" }]);
    expect(model.store.history.size).toBe(1);
  });

  it("without a messenger announces and files, and wants nothing told", async () => {
    const model = await closed(await opened({ messenger: false }));
    expect(await model.tell()).toEqual({ told: 0, untold: [], trouble: [] });
    expect(model.store.history.size).toBe(1);
    expect(model.channel.messages).toEqual([]);
  });

  it("reads once and writes nothing more when it is over", async () => {
    const model = await closed(await opened());
    await model.tell();
    model.calls.forget();
    later(model);
    await up(model);
    await model.tell();
    expect(names(model)).toEqual(["incidents.read", "incidents.read"]);
  });

  it("tells nothing in another channel that is over", async () => {
    const model = await closed(await opened());
    await model.tell();
    await model.tell({ messenger: { ...model.channel, channel: "C0000000002" } });
    expect(model.channel.messages).toHaveLength(1);
  });
});
