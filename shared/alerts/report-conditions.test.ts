import { describe, expect, it } from "vitest";
import { type AlertsModel, createAlertsModel } from "../../local/model/alerts.ts";
import { START } from "../../local/model/brain.ts";
import { IncidentEvent } from "./event.ts";
import { reportConditions } from "./report-conditions.ts";
import { condition, reportOf } from "./test-conditions.ts";

const names = (model: AlertsModel) => model.calls.brain.map(({ name }) => name);
const down = (model: AlertsModel, changes: Parameters<typeof condition>[1] = {}) =>
  model.report(reportOf(model.clock.now(), [condition("tunnels", changes)]));
const up = (model: AlertsModel) => model.report(reportOf(model.clock.now(), []));

describe("reportConditions", () => {
  it("reads once and writes nothing when nothing is wrong", async () => {
    const model = createAlertsModel();
    expect(await up(model)).toEqual({ changes: [], trouble: [] });
    expect(names(model)).toEqual(["incidents.read"]);
  });

  it("stores an incident before anybody is told of it", async () => {
    const model = createAlertsModel();
    const { changes } = await down(model);
    expect(changes).toMatchObject([{ kind: "open" }]);
    expect(names(model)).toEqual([
      "incidents.read",
      "incidents.write",
      "bus.tell",
      "incidents.note-announced",
    ]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "incident.changed", incident: "tunnels", kind: "open" }),
    );
  });

  it("announces each opening, change of severity and end once, and no edit", async () => {
    const model = createAlertsModel();
    await down(model);
    model.clock.advance(60);
    await down(model, { title: "In other words" });
    model.clock.advance(60);
    await down(model, { severity: "critical" });
    model.clock.advance(60);
    await down(model);
    model.clock.advance(60);
    await up(model);
    await up(model);
    expect(model.events.map(({ change, severity, state }) => [change, severity, state])).toEqual([
      ["opened", "warning", "open"],
      ["escalated", "critical", "open"],
      ["de-escalated", "warning", "open"],
      ["closed", "warning", "closed"],
    ]);
    for (const event of model.events) expect(IncidentEvent.parse(event)).toEqual(event);
    expect(model.events.at(-1)).toMatchObject({ lastedSeconds: 240, closedAt: "2026-11-21T08:04:00Z" });
  });

  it("announces in the next run what the bus did not take", async () => {
    const model = createAlertsModel();
    model.calls.fail({ call: "bus.tell", when: "before", code: "InternalFailure" });
    expect((await down(model)).trouble).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "incidents.unannounced", code: "InternalFailure", count: 1, late: 0 }),
    );
    model.clock.advance(3_601);
    expect((await down(model)).trouble).toEqual([
      "incident tunnels: not announced on the bus: InternalFailure",
    ]);
    model.calls.forget();
    expect((await down(model)).trouble).toEqual([]);
    expect(model.events).toHaveLength(1);
  });

  it("files by itself what is over where no messenger tells of it", async () => {
    const model = createAlertsModel({ messenger: false });
    await down(model);
    model.clock.advance(60);
    await up(model);
    expect(model.store.standing.get("tunnels")).toMatchObject({ filed: true, told: null });
    expect(model.records).toContainEqual(expect.objectContaining({ event: "incident.filed" }));
  });

  it("leaves in place what is over and not told yet", async () => {
    const model = createAlertsModel();
    await down(model);
    model.clock.advance(60);
    await up(model);
    expect(model.store.standing.get("tunnels")).toMatchObject({ state: "closed", filed: false });
    expect(model.store.history.size).toBe(0);
  });

  it("puts what is told and over into the history before another takes its place", async () => {
    const model = createAlertsModel();
    await down(model);
    model.clock.advance(60);
    await up(model);
    model.calls.fail({ call: "incidents.file", nth: 1, when: "before", code: "InternalServerError" });
    await model.tell().catch(() => undefined);
    model.clock.advance(60);
    await down(model);
    expect(model.store.history.size).toBe(1);
    expect(model.store.standing.get("tunnels")).toMatchObject({ state: "open", openedAt: START + 120 });
  });

  it("writes what can be written when one incident cannot be, and then fails", async () => {
    const model = createAlertsModel();
    model.calls.fail({
      call: "incidents.write",
      target: "open a",
      when: "before",
      code: "InternalServerError",
    });
    const both = reportOf(START, [condition("a"), condition("b")]);
    await expect(model.report(both)).rejects.toMatchObject({ code: "InternalServerError" });
    expect([...model.store.standing.keys()]).toEqual(["b"]);
    expect(model.events.map(({ key }) => key)).toEqual(["b"]);
  });

  it("plans again when somebody else was faster", async () => {
    const model = createAlertsModel();
    const report = (severity: "warning" | "critical", at: number) =>
      model.calls.inProcess(() => model.report(reportOf(at, [condition("tunnels", { severity })])));
    await Promise.all([report("warning", START), report("critical", START + 1)]);
    expect(model.store.standing.get("tunnels")).toMatchObject({ severity: "critical" });
    expect(model.store.standing.size).toBe(1);
  });

  it("does not plan again what was only seen again, and by somebody else later", async () => {
    const model = createAlertsModel();
    await down(model);
    model.clock.advance(60);
    const store = { ...model.store, write: async () => false };
    const again = reportOf(model.clock.now(), [condition("tunnels")]);
    model.calls.forget();
    expect(await reportConditions({ ...model.alerts, store }, again)).toEqual({ changes: [], trouble: [] });
    expect(names(model)).toEqual(["incidents.read"]);
  });

  it("gives up when it is always too late", async () => {
    const model = createAlertsModel();
    const store = { ...model.store, write: async () => false };
    const report = reportOf(START, [condition("tunnels")]);
    await expect(reportConditions({ ...model.alerts, store }, report)).rejects.toMatchObject({
      code: "incidents-contended",
    });
  });

  it("leaves alone what another version wrote, says so, and takes the rest", async () => {
    const model = createAlertsModel();
    const store = {
      ...model.store,
      readIncidents: async () => ({ incidents: [], unreadable: ["a"] }),
    };
    const report = reportOf(START, [condition("a"), condition("b")]);
    const { trouble } = await reportConditions({ ...model.alerts, store }, report);
    expect(trouble).toEqual(["incident a: written by another version"]);
    expect([...model.store.standing.keys()]).toEqual(["b"]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "incident.unreadable", incident: "a" }),
    );
  });
});
