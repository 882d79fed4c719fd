/**
 * A run dies, or a call fails, at each call that the life of an incident makes, before its effect and after it. The
 * places are not written here but recorded, so that a new call is covered by being made.
 */
import { describe, expect, it } from "vitest";
import { type AlertsModel, createAlertsModel } from "../../local/model/alerts.ts";
import type { Call, Fault } from "../../local/model/calls.ts";
import { placesOf, tellPlace } from "../../local/model/effects.ts";
import type { Condition } from "./condition.ts";
import { CLAIM_SECONDS } from "./tell-incident.ts";
import { action, condition, reportOf } from "./test-conditions.ts";

/** What holds in each stage of an incident's life; each is reported, and told. */
const LIFE: readonly (readonly Condition[])[] = [
  [condition("tunnels")],
  [condition("tunnels", { severity: "critical", actions: [action("reset", 1)] })],
  [condition("tunnels", { severity: "critical", actions: [action("reset", 1), action("replace", 2)] })],
  [],
];
const NOTES = ["reset", "critical", "replace", "closed"];
const STEPS = LIFE.flatMap((conditions) => [
  (model: AlertsModel) => model.report(reportOf(model.clock.now(), conditions)),
  (model: AlertsModel) => model.tell(),
]);

/** True when the step left nothing undone that it knows of. */
async function succeeds(model: AlertsModel, step: (typeof STEPS)[number]): Promise<boolean> {
  try {
    const { trouble, ...rest } = await step(model);
    return trouble.length === 0 && !("untold" in rest && rest.untold.length > 0);
  } catch {
    return false;
  }
}

/** Each step is taken again, later, until nothing is left undone: as schedules do. */
async function live(model: AlertsModel, onFailure: () => void = () => undefined): Promise<void> {
  for (const step of STEPS) {
    for (let tries = 0; !(await succeeds(model, step)); tries += 1) {
      if (tries === 4) throw new Error("it does not come to an end");
      onFailure();
      model.clock.advance(CLAIM_SECONDS + 1);
    }
    model.clock.advance(60);
  }
  // Another sweep, which finds nothing to tell.
  model.calls.forget();
  await model.report(reportOf(model.clock.now(), []));
  await model.tell();
}

const kindOf = (noteId: string) => noteId.split(":")[0];

function expectTold(model: AlertsModel, place: string): void {
  const [message, ...others] = model.channel.messages;
  expect(others, place).toEqual([]);
  expect(message?.incident, place).toMatchObject({ state: "closed", severity: "critical" });
  expect(model.store.standing.get("tunnels"), place).toMatchObject({ filed: true, telling: null });
  expect(model.store.history.size, place).toBe(1);
  const changes = new Map(model.events.map(({ id, change }) => [id, change]));
  expect([...changes.values()], place).toEqual(["opened", "escalated", "closed"]);
}

async function recorded(): Promise<readonly Call[]> {
  const model = createAlertsModel();
  for (const step of STEPS) {
    await step(model);
    model.clock.advance(60);
  }
  const calls = [...model.calls.brain];
  expect(calls.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "incidents.write",
      "incidents.claim",
      "incidents.note-told",
      "incidents.note-announced",
      "incidents.file",
      "messenger.post",
      "messenger.update",
      "messenger.reply",
      "bus.tell",
    ]),
  );
  return calls;
}

const LOST = { code: "unreachable" } as const;
const FAILED = { code: "InternalServerError" } as const;
const LIMITED = { code: "ratelimited", throttled: true } as const;

const failures = (call: Call, nth: number): Fault[] => [
  { call: call.name, nth, when: "before", ...LIMITED },
  { call: call.name, nth, when: "before", ...FAILED },
  { call: call.name, nth, when: "after", ...LOST },
];

describe("an incident's life, told where the channel can be searched", () => {
  it("has one message and each note once, wherever a run died", async () => {
    for (const place of placesOf(await recorded())) {
      const model = createAlertsModel();
      model.calls.dieAt(place);
      await live(model, () => model.calls.forget());
      expectTold(model, tellPlace(place));
      expect(model.channel.messages[0]?.replies.map(kindOf), tellPlace(place)).toEqual(NOTES);
    }
  });

  it("has one message and each note once, whichever call was limited, failed, or lost its answer", async () => {
    for (const place of placesOf(await recorded())) {
      for (const fault of failures(place.call, place.nth)) {
        const model = createAlertsModel();
        model.calls.fail(fault);
        await live(model);
        const what = `${fault.code} ${tellPlace({ ...place, when: fault.when })}`;
        expectTold(model, what);
        expect(model.channel.messages[0]?.replies.map(kindOf), what).toEqual(NOTES);
      }
    }
  });
});

describe("an incident's life, told where the channel cannot be searched", () => {
  const twice = (values: readonly unknown[]) => values.length - new Set(values).size;

  it("has never more than one message or one note too many, and never none", async () => {
    let doubled = 0;
    for (const place of placesOf(await recorded())) {
      const faults = failures(place.call, place.nth).map((fault) => (model: AlertsModel) => {
        model.calls.fail(fault);
        return () => undefined;
      });
      const death = (model: AlertsModel) => {
        model.calls.dieAt(place);
        return () => model.calls.forget();
      };
      for (const prepare of [death, ...faults]) {
        const model = createAlertsModel();
        model.channel.canSearch = false;
        await live(model, prepare(model));
        const messages = model.channel.messages;
        expect(messages.length, tellPlace(place)).toBeGreaterThan(0);
        const spare = messages.length - 1;
        doubled += spare;
        const kept = messages.at(-1);
        expect(kept?.incident, tellPlace(place)).toMatchObject({ state: "closed" });
        expect(new Set(kept?.replies.map(kindOf)), tellPlace(place)).toEqual(new Set(NOTES));
        expect(spare + twice(kept?.replies ?? []), tellPlace(place)).toBeLessThanOrEqual(1);
      }
    }
    // Guards the test: there are places where nobody can know.
    expect(doubled).toBeGreaterThan(0);
  });

  it("has one message again once the channel can be searched", async () => {
    for (const place of placesOf(await recorded()).filter(({ call }) => call.name === "messenger.post")) {
      const model = createAlertsModel();
      model.channel.canSearch = false;
      model.calls.dieAt(place);
      const [first, tell, ...rest] = STEPS;
      if (first === undefined || tell === undefined) throw new Error("no steps");
      await first(model);
      // It ends, or a fault of its own is told by what is left of it.
      expect(await succeeds(model, tell)).toBe(false);
      model.calls.forget();
      model.clock.advance(CLAIM_SECONDS + 1);
      await tell(model);
      model.channel.canSearch = true;
      for (const step of rest) {
        model.clock.advance(60);
        await step(model);
      }
      expectTold(model, tellPlace(place));
    }
  });
});
