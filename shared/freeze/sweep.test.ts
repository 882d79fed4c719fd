import { describe, expect, it } from "vitest";
import { createAlertsModel } from "../../local/model/alerts.ts";
import { modelFreeze } from "../../local/model/freeze.ts";
import { modelRows } from "../../local/model/rows.ts";
import { CloudError } from "../runtime/errors.ts";
import { keepFreeze, refuseWhileFrozen } from "./hand.ts";
import { UNREADABLE } from "./schema.ts";
import { type FreezeSweeper, sweepFreeze } from "./sweep.ts";

/** The real verbs of both halves over models of their tables. */
function open() {
  const alerts = createAlertsModel();
  const { clock, calls } = alerts;
  const rows = modelRows();
  const freezes = modelFreeze(calls);
  const sweeper: FreezeSweeper = {
    hand: (_endpoint, body) =>
      calls.perform("hand.freeze", String(body.frozen), () =>
        keepFreeze({ rows, clock: clock.now }, body),
      ) as never,
    freezes,
    tell: alerts.report,
    log: alerts.alerts.log,
    clock: clock.now,
  };
  const sweep = async () => {
    const trouble = await sweepFreeze(sweeper, freezes.stands);
    await alerts.tell();
    clock.advance(60);
    return trouble;
  };
  return {
    ...alerts,
    rows,
    freezes,
    sweeper,
    sweep,
    frozen: async () => (await refuseWhileFrozen(rows)) !== null,
  };
}

const standing = ({ store }: ReturnType<typeof open>) => store.standing.get("freeze");
const value = (model: ReturnType<typeof open>, label: string) =>
  standing(model)?.facts.find((fact) => fact.label === label)?.value;

describe("sweepFreeze", () => {
  it("does nothing while nobody has ever frozen the link", async () => {
    const model = open();
    expect(await model.sweep()).toEqual([]);
    expect(model.calls.brain.filter(({ name }) => name !== "incidents.read")).toEqual([]);
  });

  it("freezes the hand within one run, and tells who, why and since when", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    expect(await model.sweep()).toEqual([]);
    expect(await model.frozen()).toBe(true);
    expect(standing(model)).toMatchObject({ state: "open", severity: "warning", runbook: "freeze" });
    expect(value(model, "Reason")).toBe("a move of the gateway");
    expect(value(model, "By")).toContain("alice");
    expect(value(model, "Azure's half")).toBe("frozen too");
    expect(model.records).toContainEqual(expect.objectContaining({ event: "freeze.told", frozen: true }));
  });

  it("thaws the hand within one run, closes the incident, and has nothing to do after that", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    await model.sweep();
    model.freezes.thaw(model.clock.now());
    expect(await model.sweep()).toEqual([]);
    expect(await model.frozen()).toBe(false);
    expect([...model.store.history.values()]).toMatchObject([{ key: "freeze", state: "closed" }]);
    expect(model.channel.messages).toHaveLength(1);
    model.calls.forget();
    expect(await model.sweep()).toEqual([]);
    expect(model.calls.count("hand.freeze")).toBe(0);
  });

  it("closes the incident of a freeze that was seen in the very second of its thaw", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    await sweepFreeze(model.sweeper, model.freezes.stands);
    // A word that is given within the second of the one before is written as of the next.
    model.freezes.thaw(model.clock.now() + 1);
    await model.sweep();
    expect([...model.store.history.values()]).toMatchObject([{ key: "freeze", state: "closed" }]);
  });

  it("lets no run that still saw the freeze open its incident again after the thaw", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    await model.sweep();
    const seenBefore = model.freezes.stands;
    model.freezes.thaw(model.clock.now());
    await sweepFreeze(model.sweeper, model.freezes.stands);
    model.clock.advance(5);
    await sweepFreeze(model.sweeper, seenBefore);
    await model.sweep();
    expect([...model.store.history.values()]).toMatchObject([{ key: "freeze", state: "closed" }]);
    expect(standing(model)?.state).not.toBe("open");
  });

  it("closes the incident of an unreadable word when the thaw comes from a clock that is behind", async () => {
    const model = open();
    await sweepFreeze(model.sweeper, UNREADABLE);
    expect(standing(model)).toMatchObject({ state: "open" });
    model.freezes.thaw(model.clock.now() - 299);
    await model.sweep();
    expect([...model.store.history.values()]).toMatchObject([{ key: "freeze", state: "closed" }]);
  });

  it("tells a hand that was away as soon as it is back, of a freeze as of a thaw", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    for (const frozen of [true, false]) {
      if (!frozen) model.freezes.thaw(model.clock.now());
      model.calls.fail({ call: "hand.freeze", when: "before", code: "unreachable" });
      expect(await model.sweep()).toEqual(["Azure's half was not told of the freeze: unreachable"]);
      expect(await model.frozen()).toBe(!frozen);
      expect(model.records).toContainEqual(
        expect.objectContaining({ event: "freeze.untold", code: "unreachable" }),
      );
      if (frozen) expect(value(model, "Azure's half")).toBe("not told yet: unreachable");
      model.calls.fail();
      expect(await model.sweep()).toEqual([]);
      expect(await model.frozen()).toBe(frozen);
    }
  });

  it("tells the hand in every run while the link is frozen: it may have lost its table", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    await model.sweep();
    await model.rows.remove({ partition: "control", name: "freeze" });
    expect(await model.frozen()).toBe(false);
    await model.sweep();
    expect(await model.frozen()).toBe(true);
  });

  it("keeps a late word of a run from before the thaw from freezing the hand again", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    const before = model.freezes.stands;
    await model.sweep();
    model.freezes.thaw(model.clock.now());
    await model.sweep();
    const thawed = model.freezes.stands;
    model.freezes.stands = before;
    expect(await model.sweep()).toEqual(["Azure's half was not told of the freeze: older-word"]);
    model.freezes.stands = thawed;
    expect(await model.frozen()).toBe(false);
  });

  it("tells that a word cannot be read, with what to do, and tells the hand nothing", async () => {
    const model = open();
    model.freezes.stands = UNREADABLE;
    expect((await model.sweep()).join()).toMatch(/cannot be read: say it again/);
    expect(model.calls.count("hand.freeze")).toBe(0);
    expect(standing(model)).toMatchObject({ state: "open" });
    expect(value(model, "Reason")).toMatch(/^not known/);
  });

  it("fails the run, and tells the hand all the same, when the incident could not be kept", async () => {
    const model = open();
    model.freezes.freeze(model.clock.now());
    model.calls.fail({ call: "incidents.read", when: "before", code: "ThrottlingException", nth: 1 });
    expect(await model.sweep()).toEqual([
      "what holds of freeze could not be told: incidents.read failed, ThrottlingException",
    ]);
    expect(model.records).toContainEqual(expect.objectContaining({ event: "conditions.untold" }));
    expect(await model.frozen()).toBe(true);
  });

  it("closes a thaw again when it could not write down that it had", async () => {
    const model = open();
    model.freezes.thaw(model.clock.now());
    model.calls.fail({ call: "freeze.settle", when: "before", code: "unreachable" });
    expect((await model.sweep()).join()).toContain("could not be written: unreachable");
    model.calls.fail();
    expect(await model.sweep()).toEqual([]);
    expect(model.freezes.stands.word).toMatchObject({ settled: true });
  });

  it("lets an error of ours through", async () => {
    const model = open();
    const hand = async () => {
      throw new TypeError("a fault");
    };
    model.freezes.freeze(model.clock.now());
    const sweeper = {
      hand,
      freezes: model.freezes,
      tell: model.report,
      log: model.alerts.log,
      clock: model.clock.now,
    };
    await expect(sweepFreeze(sweeper, model.freezes.stands)).rejects.not.toBeInstanceOf(CloudError);
  });
});
