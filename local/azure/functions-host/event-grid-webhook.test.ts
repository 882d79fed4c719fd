import { describe, expect, it } from "vitest";
import type { RegisteredFunction } from "./core-api.ts";
import { answerEventGrid, isEventGridRequest } from "./event-grid-webhook.ts";

const functionOf = (name: string, type: string): RegisteredFunction => ({
  metadata: { name, bindings: { trigger1: { type, direction: "in" } } },
  callback: () => undefined,
});
const functions = [functionOf("Heal", "eventGridTrigger"), functionOf("collect", "httpTrigger")];

const send = (
  body: unknown,
  { name = "heal", method = "POST", eventType = "Notification", run = async (_: unknown) => {} } = {},
) => {
  const url = new URL(`http://127.0.0.1/runtime/webhooks/EventGrid?functionName=${name}`);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = { method, url, headers: { "aeg-event-type": eventType }, body: Buffer.from(text) };
  return answerEventGrid(functions, request, (_fn, event) => run(event));
};

describe("answerEventGrid", () => {
  it("accepts when the handler has returned, with one event of the list at a time", async () => {
    const events: unknown[] = [];
    const run = async (event: unknown) => void events.push(event);
    expect(await send([{ id: "1" }, { id: "2" }], { run })).toBe(202);
    expect(events).toEqual([{ id: "1" }, { id: "2" }]);
  });

  it("answers 500 when one of them fails, so that all are sent again", async () => {
    const events: unknown[] = [];
    const run = async (event: unknown) => {
      events.push(event);
      if (events.length === 1) throw new Error("inner words");
    };
    expect(await send(["first", "second"], { run })).toBe(500);
    expect(events).toEqual(["first", "second"]);
  });

  it("finds no function of another name, nor one without such a trigger", async () => {
    expect(await send([], { name: "other" })).toBe(404);
    expect(await send([], { name: "collect" })).toBe(404);
  });

  it("takes notifications alone, as a list", async () => {
    expect(await send([], { eventType: "SubscriptionValidation" })).toBe(400);
    expect(await send([], { method: "GET" })).toBe(400);
    expect(await send({ id: "1" })).toBe(400);
    expect(await send("no JSON")).toBe(400);
  });
});

describe("isEventGridRequest", () => {
  it("knows the webhook's path in any case, and no other", () => {
    const is = (path: string) => isEventGridRequest(new URL(path, "http://127.0.0.1"));
    expect([
      is("/runtime/webhooks/eventgrid"),
      is("/runtime/webhooks/EventGrid?functionName=a"),
      is("/api/eventgrid"),
    ]).toEqual([true, true, false]);
  });
});
