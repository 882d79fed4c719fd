import { describe, expect, it } from "vitest";
import { Secret } from "../../shared/runtime/secret.ts";
import { ApiKeyInUse } from "./api-key-in-use.ts";
import type { NoAnswer } from "./relay-client.ts";

const [ONE, TWO] = [new Secret("one"), new Secret("two")];
const ok = { kind: "no-job" } as const;
const refused: NoAnswer = { kind: "no-answer", reason: "status-401" };

function world() {
  const time = { now: 0 };
  const events: { event: string }[] = [];
  const keys = new ApiKeyInUse({
    name: "bunny-key",
    retryAfterMs: 60_000,
    clock: () => time.now,
    log: (event) => events.push(event),
  });
  const asked: string[] = [];
  const accepted = new Set<string>();
  const use = () =>
    keys.use(async (key) => {
      asked.push(key.unwrap());
      return accepted.has(key.unwrap()) ? ok : refused;
    });
  const offer = (key: Secret) => keys.offer({ kind: "read", key });
  const takeAsked = () => asked.splice(0);
  return { keys, time, events, accepted, use, offer, takeAsked };
}

describe("ApiKeyInUse", () => {
  it("is not there before a first one was mounted", async () => {
    const { keys, use, offer, accepted } = world();
    keys.offer({ kind: "unusable", reason: "no-file" });
    expect(keys.isThere).toBe(false);
    await expect(use()).rejects.toThrow("there is no API key bunny-key yet");
    offer(ONE);
    accepted.add("one");
    expect(keys.isThere).toBe(true);
    expect(await use()).toEqual(ok);
    expect(keys.adopted).toBe(1);
  });

  it("changes over with the first call that is answered, and asks with the old one no more", async () => {
    const { use, offer, accepted, takeAsked, events } = world();
    accepted.add("one").add("two");
    offer(ONE);
    await use();
    offer(TWO);
    await use();
    await use();
    expect(takeAsked()).toEqual(["one", "two", "two"]);
    expect(events.map(({ event }) => event)).toEqual([
      "api-key.found",
      "api-key.adopted",
      "api-key.found",
      "api-key.adopted",
    ]);
  });

  it("makes the same call again with the old one when the new one is refused, and rests the new one", async () => {
    const { use, offer, accepted, takeAsked, time, events } = world();
    accepted.add("one");
    offer(ONE);
    await use();
    offer(TWO);
    takeAsked();
    expect(await use()).toEqual(ok);
    time.now = 59_999;
    offer(TWO);
    expect(await use()).toEqual(ok);
    expect(takeAsked()).toEqual(["two", "one", "one"]);
    time.now = 60_000;
    await use();
    expect(takeAsked()).toEqual(["two", "one"]);
    expect(events.at(-1)).toEqual({
      ...{ event: "api-key.not-accepted", apiKey: "bunny-key", reason: "status-401", keeps: true },
    });
    expect(events.filter(({ event }) => event === "api-key.not-accepted")).toHaveLength(1);
    time.now = 120_000;
    accepted.add("two");
    await use();
    await use();
    expect(takeAsked()).toEqual(["two", "two"]);
  });

  it("tries the new one at once when the old one works no more", async () => {
    const { use, offer, accepted, takeAsked } = world();
    accepted.add("one");
    offer(ONE);
    await use();
    offer(TWO);
    await use();
    accepted.delete("one");
    expect(await use()).toEqual(refused);
    accepted.add("two");
    takeAsked();
    expect(await use()).toEqual(ok);
    expect(takeAsked()).toEqual(["two"]);
  });

  it("tries an only one again and again", async () => {
    const { use, offer, accepted, takeAsked, events } = world();
    offer(ONE);
    expect([await use(), await use()]).toEqual([refused, refused]);
    accepted.add("one");
    expect(await use()).toEqual(ok);
    expect(takeAsked()).toEqual(["one", "one", "one"]);
    expect(events[1]).toMatchObject({ event: "api-key.not-accepted", keeps: false });
  });

  it("keeps the one in use when the file is gone or comes back, and says once that it is unusable", async () => {
    const { keys, use, offer, accepted, takeAsked, events } = world();
    accepted.add("one");
    offer(ONE);
    await use();
    for (const reason of ["no-file", "no-file", "malformed"] as const)
      keys.offer({ kind: "unusable", reason });
    offer(ONE);
    await use();
    expect(takeAsked()).toEqual(["one", "one"]);
    expect(events.slice(2)).toEqual([
      { event: "api-key.unusable", apiKey: "bunny-key", reason: "no-file" },
      { event: "api-key.unusable", apiKey: "bunny-key", reason: "malformed" },
    ]);
  });

  it("drops a new one when the old one is mounted again", async () => {
    const { use, offer, accepted, takeAsked } = world();
    accepted.add("one").add("two");
    offer(ONE);
    await use();
    offer(TWO);
    offer(ONE);
    await use();
    expect(takeAsked()).toEqual(["one", "one"]);
  });
});
