import { afterEach, describe, expect, it } from "vitest";
import { EventBridge } from "../../local/aws/event-bridge/event-bridge.ts";
import { accountId, makeKernel, region, startWorld } from "../../local/aws/test-world.ts";
import { realTimers } from "../../local/aws/timers.ts";
import { createModel } from "../../local/model/brain.ts";
import { type EventSender, eventBus, eventSender } from "./aws-bus.ts";
import type { Bus } from "./bus.ts";
import { changeAt } from "./test-changes.ts";

const BUS = "warrener-test";
const AT = "2026-11-21T08:00:00.007Z";
const change = (subject: string, reasons: string[] = []) => changeAt(AT, subject, { reasons });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start() {
  const kernel = makeKernel();
  const eventBridge = new EventBridge({ kernel, region, accountId, timers: realTimers });
  const world = await startWorld(() => [eventBridge.service]);
  closing.push(world.server.close, () => eventBridge.stop());
  eventBridge.addBus(BUS);
  const events = () => eventBridge.bus(BUS).events();
  return { ...world, events, bus: eventBus(eventSender(world.client()), BUS) };
}

interface Opened {
  readonly bus: Bus;
  /** What was told, in order. */
  readonly told: () => readonly unknown[];
  readonly breakBus: () => void;
}

async function openAdapter(): Promise<Opened> {
  const { bus, events, kernel } = await start();
  const effect = { kind: "refuse", status: 400, code: "InternalFailure", message: "text" } as const;
  return {
    bus,
    told: () => events().map(({ detail }) => detail),
    breakBus: () =>
      kernel.faults.add({ operation: "events:PutEvents", nth: "every", when: "before", effect }),
  };
}

async function openModel(): Promise<Opened> {
  const { bus, calls } = await createModel();
  const fault = { call: "bus.tell", when: "before", code: "InternalFailure" } as const;
  return { bus, told: () => bus.events, breakBus: () => calls.fail(fault) };
}

/** What the tests of the verbs rely on in the model is what the adapter really does. */
describe.each([
  ["the adapter, over EventBridge's stand-in", openAdapter],
  ["the model", openModel],
])("%s", (_name, open) => {
  it("tells what it is given, in order, as often as it is given", async () => {
    const { bus, told } = await open();
    const many = Array.from({ length: 23 }, (_, index) => change(String(index)));
    expect(await bus.tell(many)).toEqual({ ids: new Set(many.map(({ id }) => id)), code: null });
    await bus.tell(many.slice(0, 1));
    expect(told()).toEqual([...many, ...many.slice(0, 1)]);
  });

  it("has told everything when there was nothing to tell", async () => {
    const { bus, told } = await open();
    expect(await bus.tell([])).toEqual({ ids: new Set(), code: null });
    expect(told()).toEqual([]);
  });

  it("says why it told nothing, and never throws", async () => {
    const { bus, told, breakBus } = await open();
    breakBus();
    expect(await bus.tell([change("a")])).toEqual({ ids: new Set(), code: "InternalFailure" });
    expect(told()).toEqual([]);
  });
});

describe("eventBus, over EventBridge", () => {
  it("tells a change as it was recorded, under the project's own source", async () => {
    const { bus, events } = await start();
    const one = change("one");
    expect(await bus.tell([one])).toEqual({ ids: new Set([one.id]), code: null });
    expect(events()).toMatchObject([
      { source: "warrener", "detail-type": "Warrener Change", detail: one, time: "2026-11-21T08:00:00Z" },
    ]);
  });

  it("tells more changes than fit into one call, in order", async () => {
    const { bus, events, kernel } = await start();
    const many = Array.from({ length: 23 }, (_, index) => change(String(index)));
    expect((await bus.tell(many)).ids.size).toBe(23);
    expect(events().map(({ detail }) => detail)).toEqual(many);
    expect(kernel.calls()).toHaveLength(3);
  });

  it("tells large changes in more calls, for a call has a size too", async () => {
    const { bus, events, kernel } = await start();
    const reasons = Array(32).fill("x".repeat(2_048));
    const large = ["a", "b", "c", "d", "e"].map((subject) => change(subject, reasons));
    expect(await bus.tell(large)).toMatchObject({ code: null });
    expect(events()).toHaveLength(5);
    expect(kernel.calls().map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  });

  it("says why nothing was told, and never throws", async () => {
    const { client } = await start();
    const told = (options: object, name = BUS) => eventBus(eventSender(options), name).tell([change("a")]);
    const none = new Set();
    expect(await told({ ...client(), endpoint: "http://127.0.0.1:9" })).toEqual({
      ids: none,
      code: "unreachable",
    });
    const stranger = { ...client(), credentials: { accessKeyId: "AKIASTRANGER", secretAccessKey: "x" } };
    expect(await told(stranger)).toEqual({ ids: none, code: "UnrecognizedClientException" });
  });
});

describe("eventBus", () => {
  const answering = (...answers: readonly (readonly { ErrorCode?: string }[] | Error)[]) => {
    const queue = [...answers];
    const sender: EventSender = {
      async putEvents() {
        const answer = queue.shift();
        if (answer === undefined || answer instanceof Error) throw answer;
        return answer;
      },
    };
    return eventBus(async () => sender, BUS);
  };
  const many = Array.from({ length: 12 }, (_, index) => change(String(index)));
  const taken = (count: number) => Array.from({ length: count }, () => ({}));
  const ids = (changes: typeof many) => new Set(changes.map(({ id }) => id));

  it("counts as told what was taken of a call of which the rest was not", async () => {
    const bus = answering([{}, { ErrorCode: "InternalException" }, { ErrorCode: "ThrottlingException" }]);
    const told = await bus.tell(many.slice(0, 3));
    expect(told).toEqual({ ids: ids(many.slice(0, 1)), code: "InternalException" });
  });

  it("keeps what earlier calls told when a later one fails, and makes no more", async () => {
    const bus = answering(taken(10), new Error("socket hang up"));
    expect(await bus.tell(many)).toEqual({ ids: ids(many.slice(0, 10)), code: "unreachable" });
  });

  it("takes no answer for an entry as not told", async () => {
    const bus = answering(taken(1));
    expect(await bus.tell(many.slice(0, 2))).toEqual({
      ids: ids(many.slice(0, 1)),
      code: "unreadable-answer",
    });
  });
});
