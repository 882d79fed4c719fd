import { describe, expect, it } from "vitest";
import { createAlertsModel } from "../../local/model/alerts.ts";
import { START } from "../../local/model/brain.ts";
import type { Note } from "./condition.ts";
import type { Incident } from "./incident.ts";
import { action, condition, reportOf } from "./test-conditions.ts";
import { down, later, opened } from "./test-telling.ts";

describe("tellIncidents, in trouble", () => {
  it("stops at once where no more is taken, and the next run goes on", async () => {
    const model = createAlertsModel();
    const all = ["a", "b", "c"].map((key) => condition(key));
    await model.report(reportOf(START, all));
    model.calls.fail({
      call: "messenger.post",
      nth: 2,
      when: "before",
      code: "ratelimited",
      throttled: true,
    });
    const { untold, trouble } = await model.tell();
    expect(untold.map(({ incident, reason }) => [incident, reason])).toEqual([
      ["b", "rate-limited"],
      ["c", "rate-limited"],
    ]);
    expect(trouble).toEqual([]);
    expect(model.calls.count("messenger.post")).toBe(2);
    model.calls.forget();
    expect(await model.tell()).toMatchObject({ told: 2, untold: [] });
    expect(model.channel.messages).toHaveLength(3);
  });

  it("tells the others when one is refused, and ends in trouble", async () => {
    const model = createAlertsModel();
    await model.report(
      reportOf(
        START,
        ["a", "b"].map((key) => condition(key)),
      ),
    );
    const refusal = { call: "messenger.post", target: "a", when: "before", retryable: false } as const;
    model.calls.fail({ ...refusal, code: "invalid_blocks" });
    const report = await model.tell();
    expect(report.untold).toMatchObject([{ incident: "a", reason: "refused", detail: "invalid_blocks" }]);
    expect(report.trouble).toEqual(["incident a: not told: invalid_blocks"]);
    const line = { level: "error", event: "incident.untold", incident: "a", reason: "refused" };
    expect(model.records).toContainEqual(expect.objectContaining(line));
    expect(model.channel.messages.map(({ incident }) => incident.key)).toEqual(["b"]);
    expect(model.store.standing.get("a")?.telling).toBeNull();
  });

  it("ends in trouble where the token or the channel is wrong, and calls no more", async () => {
    const model = createAlertsModel();
    await model.report(
      reportOf(
        START,
        ["a", "b"].map((key) => condition(key)),
      ),
    );
    model.channel.wrong = "the bot is not in the channel: invite it";
    const report = await model.tell();
    expect(report.untold.map(({ reason }) => reason)).toEqual(Array(2).fill("wrong-token-or-channel"));
    expect(report.trouble).toContain("incident a: not told: the bot is not in the channel: invite it");
    expect(model.calls.count("messenger.post")).toBe(1);
    model.channel.wrong = null;
    expect(await model.tell()).toMatchObject({ told: 2, trouble: [] });
    expect(model.calls.count("messenger.find")).toBe(0);
  });

  it("ends in trouble when the table fails, and tells the others", async () => {
    const model = createAlertsModel();
    await model.report(
      reportOf(
        START,
        ["a", "b"].map((key) => condition(key)),
      ),
    );
    model.calls.fail({ call: "incidents.claim", target: "a", when: "before", code: "InternalServerError" });
    const report = await model.tell();
    expect(report.untold).toMatchObject([{ incident: "a", reason: "table-failed" }]);
    expect(report.trouble).toEqual(["incident a: not told: InternalServerError"]);
    expect(model.channel.messages).toHaveLength(1);
  });

  it("tells a fault of our own, and the other incidents", async () => {
    const model = createAlertsModel();
    await model.report(
      reportOf(
        START,
        ["a", "b"].map((key) => condition(key)),
      ),
    );
    const { post } = model.channel;
    const messenger = {
      ...model.channel,
      post: (incident: Incident) => {
        if (incident.key === "a") throw new TypeError("x is not a function");
        return post(incident);
      },
    };
    const report = await model.tell({ messenger });
    expect(report.untold).toMatchObject([{ incident: "a", reason: "fault" }]);
    expect(report.trouble).toHaveLength(1);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "incident.fault", message: "x is not a function" }),
    );
    expect(model.channel.messages.map(({ incident }) => incident.key)).toEqual(["b"]);
  });

  it("starts nothing that may not end in time, and goes on in the next run", async () => {
    const model = await opened();
    const { untold } = await model.tell({ remainingMs: () => 30_000 });
    expect(untold).toMatchObject([{ reason: "no-time-left" }]);
    expect(model.channel.messages).toEqual([]);
    expect(model.store.standing.get("tunnels")?.telling).toBeNull();
  });

  it("sends nothing that may still be under way at the end of its claim", async () => {
    const model = createAlertsModel();
    const actions: Note[] = [1, 2, 3].map((n) => action(String(n), START + n));
    await down(model, { actions });
    model.calls.durationsMs.set("messenger.reply", 60_000);
    const { untold } = await model.tell({ remainingMs: () => 900_000 });
    expect(untold).toMatchObject([{ reason: "no-time-left" }]);
    expect(model.channel.messages[0]?.replies).toEqual(["1", "2"]);
    later(model);
    await model.tell({ remainingMs: () => 900_000 });
    expect(model.channel.messages[0]?.replies).toEqual(["1", "2", "3"]);
  });

  it("tells a long history in several runs, and others meanwhile", async () => {
    const model = createAlertsModel();
    const actions = Array.from({ length: 60 }, (_, n) => action(String(n), START + n));
    await model.report(reportOf(START, [condition("a", { actions }), condition("b")]));
    const { untold, told: count } = await model.tell();
    expect(untold).toMatchObject([{ incident: "a", reason: "unfinished" }]);
    expect(count).toBe(1);
    await model.tell();
    expect(model.channel.messages[0]?.replies).toEqual(actions.map(({ id }) => id));
  });

  it("ends in trouble what could not be told for long", async () => {
    const model = await opened();
    model.calls.fail({ call: "messenger.post", when: "before", code: "unreachable" });
    later(model, 901);
    const { untold, trouble } = await model.tell();
    expect(untold).toMatchObject([{ late: true }]);
    expect(trouble).toEqual(["incident tunnels: not told: unreachable"]);
  });

  it("fails when the incidents cannot be read", async () => {
    const model = await opened();
    model.calls.fail({ call: "incidents.read", when: "before", code: "InternalServerError" });
    await expect(model.tell()).rejects.toMatchObject({ code: "InternalServerError" });
  });

  it("ends in trouble over an incident that another version wrote, and tells the others", async () => {
    const model = await opened();
    const store = {
      ...model.store,
      readIncidents: async () => ({ ...(await model.store.readIncidents()), unreadable: ["odd"] }),
    };
    const { trouble, told: count } = await model.tell({ store });
    expect(trouble).toEqual(["incident odd: written by another version"]);
    expect(count).toBe(1);
  });
});
