import { describe, expect, it } from "vitest";
import type { Model } from "../../local/model/brain.ts";
import { createModel, START } from "../../local/model/brain.ts";
import { tellChanges } from "./tell.ts";
import { newChange } from "./test-changes.ts";

const HOUR = 3_600;
const tell = (model: Model, timeLimitMs?: number) => tellChanges(model.brain(timeLimitMs));

async function withChanges(...subjects: readonly string[]) {
  const model = await createModel();
  for (const subject of subjects) await model.audit.record(newChange(subject));
  return model;
}

const told = ({ bus }: Model) => bus.events.map(({ after }) => after?.["certificateArn"]);

describe("tellChanges", () => {
  it("has nothing to say when nothing changed", async () => {
    const model = await withChanges();
    expect(await tell(model)).toBeNull();
    expect(model.calls.count("bus.tell")).toBe(0);
    expect(model.records).toEqual([]);
  });

  it("tells every change in order, files it, and says how many", async () => {
    const model = await withChanges("a", "b", "c");
    expect(await tell(model)).toBeNull();
    expect(told(model)).toEqual(["a", "b", "c"]);
    expect([model.audit.outbox.size, model.audit.filed.size]).toEqual([0, 3]);
    expect(model.records).toEqual([{ level: "info", event: "changes.told", count: 3 }]);
    await tell(model);
    expect(told(model)).toHaveLength(3);
  });

  it("tells page after page", async () => {
    const many = Array.from({ length: 250 }, (_, index) => String(index));
    const model = await withChanges(...many);
    expect(await tell(model)).toBeNull();
    expect(told(model)).toEqual(many);
  });

  it("keeps what the bus did not take, and is not in trouble for an hour", async () => {
    const model = await withChanges("a");
    model.calls.fail({ call: "bus.tell", when: "before", code: "InternalException" });
    const oldestAt = new Date(START * 1_000).toISOString();
    const untold = { code: "InternalException", oldestAt, late: false };
    expect(await tell(model)).toEqual(untold);
    model.clock.advance(HOUR);
    expect(await tell(model)).toEqual(untold);
    model.clock.advance(1);
    expect(await tell(model)).toEqual({ ...untold, late: true });
    expect(model.records.map(({ level, event }) => [level, event])).toEqual([
      ["warn", "changes.untold"],
      ["warn", "changes.untold"],
      ["error", "changes.untold"],
    ]);
    model.calls.forget();
    expect(await tell(model)).toBeNull();
    expect(told(model)).toEqual(["a"]);
  });

  it("tells again what was told and could not be filed: twice is better than never", async () => {
    const model = await withChanges("a");
    model.calls.fail({ call: "audit.file", when: "before", code: "ThrottlingException" });
    expect(await tell(model)).toMatchObject({ code: "ThrottlingException", late: false });
    model.calls.forget();
    expect(await tell(model)).toBeNull();
    expect(told(model)).toEqual(["a", "a"]);
    expect(new Set(model.bus.events.map(({ id }) => id)).size).toBe(1);
  });

  it("files what the bus took of a page, and keeps the rest", async () => {
    const model = await withChanges("a", "b");
    const first = [...model.audit.outbox.values()].slice(0, 1).map(({ id }) => id);
    const bus = { tell: async () => ({ ids: new Set(first), code: "InternalException" }) };
    const untold = await tellChanges({ ...model.brain(), bus });
    expect(untold).toMatchObject({ code: "InternalException" });
    expect([model.audit.outbox.size, model.audit.filed.size]).toEqual([1, 1]);
  });

  it("goes on past what another version of the code wrote, and is in trouble when that is old", async () => {
    const model = await withChanges("a");
    const at = (seconds: number) => new Date((START - seconds) * 1_000).toISOString();
    const withUnreadable = (instant: string) => ({
      ...model.brain(),
      audit: {
        ...model.audit,
        readOutbox: async (after: string | null) => ({
          ...(await model.audit.readOutbox(after)),
          unreadable: [instant],
        }),
      },
    });
    expect(await tellChanges(withUnreadable(at(0)))).toMatchObject({ code: "unreadable-item", late: false });
    expect(told(model)).toEqual(["a"]);
    expect(await tellChanges(withUnreadable(at(HOUR + 1)))).toMatchObject({ late: true });
  });

  it("says that the outbox could not be read, and nothing of its age", async () => {
    const model = await withChanges("a");
    model.calls.fail({ call: "audit.read-outbox", when: "before", code: "InternalServerError" });
    expect(await tell(model)).toEqual({ code: "InternalServerError", oldestAt: null, late: false });
  });

  it("starts no page for which no time is left", async () => {
    const model = await withChanges("a");
    expect(await tell(model, 19_999)).toMatchObject({ code: "no-time-left" });
    expect(told(model)).toEqual([]);
    expect(await tell(model, 20_000)).toBeNull();
  });
});
