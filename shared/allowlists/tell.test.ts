import { describe, expect, it } from "vitest";
import { createAllowlistTelling } from "../../local/model/allowlist-telling.ts";
import type { ReportDraft } from "./report-draft.ts";
import { keepReport, tellAllowlists } from "./tell.ts";
import { closedFor, driftOf, report, seenOf, textOf } from "./test-reports.ts";

type Model = ReturnType<typeof createAllowlistTelling>;

/** Every group was looked at once, and is as it should be. */
async function open(): Promise<Model> {
  const model = createAllowlistTelling();
  const at = model.clock.now();
  await model.run({ reports: ["relay", "loader", "nodes"].map((group) => report({ group, at })) });
  model.calls.forget();
  return model;
}

const incidents = (model: Model) => [...model.store.standing.values()].filter(({ filed }) => !filed);
const only = (model: Model) => {
  const [incident, ...more] = incidents(model);
  expect(more).toEqual([]);
  return incident;
};
const facts = (model: Model) =>
  Object.fromEntries((only(model)?.facts ?? []).map(({ label, value }) => [label, value]));

/** Opened by alice just now, and closed in the same second. */
const closed = (model: Model, port: number, more: Partial<ReportDraft> = {}) => {
  const at = model.clock.now();
  return closedFor(port, seenOf(`change-${at}-${port}`, "alice", [port], { at: at - 5 }), { at, ...more });
};

describe("tellAllowlists of drift that was put right", () => {
  it("names who, when, from where, with which tool and what exactly, and what was done", async () => {
    const model = await open();
    expect(await model.run({ reports: [closed(model, 22)] })).toEqual([]);
    expect(only(model)).toMatchObject({
      severity: "warning",
      state: "open",
      title: "relay: changed by somebody else, and put right",
      runbook: "allowlist-put-right",
    });
    expect(facts(model)).toEqual({
      Who: "user alice",
      When: expect.stringMatching(/^2026-11-21T/),
      From: "203.0.113.7",
      With: "console",
      Did: `added ${textOf(22)}`,
      "Put right in relay": `closed ${textOf(22)}`,
      Connections: expect.stringContaining("lives on"),
    });
  });

  it("is open until a minute after its last hit, and told once", async () => {
    const model = await open();
    const healed = closed(model, 22);
    await model.run({ reports: [healed] });
    await model.run({ reports: [healed] });
    model.clock.advance(59);
    await model.run();
    expect(only(model)?.state).toBe("open");
    await model.tendFor(1);
    expect(incidents(model)).toEqual([]);
    await model.run({ reports: [healed] });
    await model.tendFor(2);
    expect(model.store.history.size).toBe(1);
    expect(model.channel.messages).toHaveLength(1);
    expect(model.memory.stands.healed).toEqual([]);
  });

  it("is one incident for several groups that one actor hit within a minute", async () => {
    const model = await open();
    await model.run({ reports: [closed(model, 22)] });
    model.clock.advance(30);
    await model.run({ reports: [closed(model, 22, { group: "loader" })] });
    expect(only(model)?.title).toBe("2 allowlists: changed by somebody else, and put right");
    expect(facts(model)).toMatchObject({
      "Put right in loader": `closed ${textOf(22)}`,
      "Put right in relay": `closed ${textOf(22)}`,
    });
    expect(only(model)?.notes).toHaveLength(2);
  });

  it("says that nobody knows who it was, and who it was once the event comes, in the same incident", async () => {
    const model = await open();
    const at = model.clock.now();
    await model.run({ reports: [report({ at, drift: [driftOf(22, null)] })] });
    expect(facts(model)["Who"]).toBe("actor unknown");
    await model.tendFor(14);
    expect(only(model)?.state).toBe("open");
    const late = report({ at: model.clock.now(), seen: [seenOf("late", "alice", [22], { at: at - 5 })] });
    await model.run({ reports: [late] });
    expect(facts(model)).toMatchObject({ Who: "user alice", From: "203.0.113.7" });
    expect(only(model)?.notes.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringContaining("Changed by user alice")]),
    );
    await model.tendFor(2);
    expect(incidents(model)).toEqual([]);
    expect(model.store.history.size).toBe(1);
  });

  it("tells no more who it was when the event does not come within a quarter of an hour", async () => {
    const model = await open();
    await model.run({ reports: [report({ at: model.clock.now(), drift: [driftOf(22, null)] })] });
    await model.tendFor(15);
    expect(incidents(model)).toEqual([]);
  });

  it("tells of a flood of 200 rules in one message, with its number", async () => {
    const model = await open();
    const ports = Array.from({ length: 200 }, (_, index) => index + 1);
    const seen = seenOf("flood", "alice", ports, { at: model.clock.now() });
    const drift = ports.map((port) => driftOf(port, "flood"));
    await model.run({ reports: [report({ at: model.clock.now(), drift, seen: [seen] })] });
    expect(facts(model)["Put right in relay"]).toMatch(/195 more$/);
    const [change, ...more] = model.audit.changes;
    expect(more).toEqual([]);
    expect(change).toMatchObject({ kind: "heal", target: "relay", after: { closed: 200, opened: 0 } });
  });

  it("never tells of what the link itself wants newly as of somebody's doing, and records it", async () => {
    const model = await open();
    const drift = driftOf(443, null, { reason: "newly-wanted", certainty: "link" });
    const done = [{ kind: "open" as const, rule: textOf(443), reason: "newly-wanted" }];
    await model.run({ reports: [report({ at: model.clock.now(), drift: [drift], done })] });
    expect(incidents(model)).toEqual([]);
    expect(model.audit.changes).toMatchObject([
      { kind: "heal", after: { opened: 1, closed: 0 }, reasons: ["newly-wanted"] },
    ]);
  });
});

describe("tellAllowlists of a revert war", () => {
  it("is critical from the third time within an hour on, names the actors, and ends when it is quiet", async () => {
    const model = await open();
    for (const minute of [0, 20, 40]) {
      expect(incidents(model).filter(({ severity }) => severity === "critical")).toEqual([]);
      await model.run({ reports: [closed(model, 22)] });
      if (minute < 40) await model.tendFor(20);
    }
    const critical = incidents(model).filter(({ severity }) => severity === "critical");
    expect(critical.map(({ runbook }) => runbook).toSorted()).toEqual([
      "allowlist-put-right",
      "allowlist-revert-war",
    ]);
    const war = critical.find(({ runbook }) => runbook === "allowlist-revert-war");
    expect(war?.facts).toEqual(
      expect.arrayContaining([
        { label: "Rule", value: textOf(22) },
        { label: "Against", value: "user alice" },
      ]),
    );
    await model.tendFor(21);
    expect(incidents(model)).toEqual([]);
  });
});

describe("tellAllowlists of notes", () => {
  it("tells a heal once that comes with an answer and with a note", async () => {
    const model = await open();
    const healed = closed(model, 22, { group: "nodes" });
    const now = model.clock.now();
    await keepReport(model.teller, healed, { now, invocation: "f-1" });
    await keepReport(model.teller, healed, { now, invocation: "f-1" });
    await model.run({ reports: [healed] });
    expect(only(model)?.title).toMatch(/^nodes: /);
    expect(only(model)?.notes).toHaveLength(1);
    expect(model.audit.outbox.size).toBe(1);
    expect(model.audit.changes).toMatchObject([{ actor: "hand", requestIds: { function: "f-1" } }]);
  });

  it("tells of a heal that was noted hours ago, while the brain was away", async () => {
    const model = await open();
    const healed = closed(model, 22, { group: "nodes" });
    model.clock.advance(3 * 3_600);
    await keepReport(model.teller, healed, { now: model.clock.now() });
    await model.run();
    expect(only(model)).toMatchObject({ since: healed.at - 5 });
    await model.tendFor(2);
    expect(incidents(model)).toEqual([]);
  });

  it("throws when a note could not be kept, so that it is noted on", async () => {
    const model = await open();
    model.calls.fail({ call: "allowlist-memory.write", when: "before", code: "Unavailable" });
    await expect(keepReport(model.teller, closed(model, 22), { now: 1 })).rejects.toMatchObject({
      code: "Unavailable",
    });
  });
});

describe("tellAllowlists in trouble", () => {
  it("says that what was found could not be remembered, and tells it when it comes again", async () => {
    const model = await open();
    const healed = closed(model, 22);
    model.calls.fail({ call: "allowlist-memory.write", when: "before", code: "Unavailable", nth: 1 });
    expect(await model.run({ reports: [healed] })).toEqual([
      "what was found in allowlists could not be remembered: allowlist-memory.write failed, Unavailable",
    ]);
    expect(model.records.map(({ event }) => event)).toContain("allowlists.not-remembered");
    await model.run({ reports: [healed] });
    expect(only(model)?.state).toBe("open");
    expect(model.audit.changes).toHaveLength(1);
  });

  it("tells what stands in the memory when the incidents could not be reached before", async () => {
    const model = await open();
    model.calls.fail({ call: "incidents.read", when: "before", code: "Unavailable" });
    const looked = { reports: [closed(model, 22)], unread: [], now: model.clock.now() };
    expect(await tellAllowlists(model.teller, looked)).toEqual([
      "what holds of allowlists could not be told: incidents.read failed, Unavailable",
    ]);
    model.calls.forget();
    await model.run();
    expect(only(model)?.state).toBe("open");
  });

  it("counts the heals of two runs that write at once", async () => {
    const model = await open();
    const reports = [closed(model, 22), closed(model, 23), closed(model, 24)];
    await Promise.all(reports.map((one) => model.run({ reports: [one] })));
    expect(model.memory.stands.heals).toHaveLength(3);
  });

  it("gives up with a code when other runs always come first", async () => {
    const model = await open();
    const { memory } = model.teller;
    const teller = { ...model.teller, memory: { ...memory, write: () => Promise.resolve(null) } };
    await expect(keepReport(teller, closed(model, 22), { now: 1 })).rejects.toMatchObject({
      code: "memory-contended",
    });
  });

  it("closes nothing while it is not known of every group how it is", async () => {
    const model = createAllowlistTelling();
    await model.run({ reports: [closed(model, 22)] });
    await model.tendFor(3);
    expect(only(model)?.state).toBe("open");
    const at = model.clock.now();
    await model.run({ reports: ["loader", "nodes"].map((group) => report({ group, at })) });
    await model.tendFor(1);
    expect(incidents(model)).toEqual([]);
  });
});
