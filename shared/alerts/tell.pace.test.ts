/** What is told first, how long it is waited for, and when a person must look, where the channel takes little or nothing. */
import { describe, expect, it } from "vitest";
import { type AlertsModel, createAlertsModel } from "../../local/model/alerts.ts";
import { START } from "../../local/model/brain.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Messenger } from "./messenger.ts";
import { CLAIM_SECONDS } from "./tell-incident.ts";
import { action, condition, reportOf } from "./test-conditions.ts";
import { down, later, opened } from "./test-telling.ts";

/** Takes one message a second after the first five. */
function paced(model: AlertsModel, retryAfterSeconds = 1): Messenger {
  let freeAtMs = 0;
  const take = () => {
    const now = model.clock.nowMs();
    if (freeAtMs - now > 4_000) {
      throw new CloudError({
        provider: "slack",
        operation: "chat.postMessage",
        target: "tunnels",
        code: "ratelimited",
        retryable: true,
        throttled: true,
        retryAfterSeconds,
      });
    }
    freeAtMs = Math.max(freeAtMs, now) + 1_000;
  };
  const { post, reply, update } = model.channel;
  return {
    ...model.channel,
    post: async (...args) => {
      take();
      return await post(...args);
    },
    update: async (...args) => {
      take();
      return await update(...args);
    },
    reply: async (...args) => {
      take();
      return await reply(...args);
    },
  };
}

const history = (length: number) => Array.from({ length }, (_, n) => action(String(n), START + n));

async function withLongHistory() {
  const model = createAlertsModel();
  const old = condition("old", { severity: "critical", actions: history(80) });
  await model.report(reportOf(START, [old]));
  later(model, 1);
  await model.report(reportOf(START + 1, [old, condition("new", { severity: "critical" })]));
  return model;
}

describe("tellIncidents, where the channel takes a message a second", () => {
  it("tells each incident's message before any thread", async () => {
    const model = await withLongHistory();
    await model.tell({ messenger: paced(model) });
    const [old, fresh] = model.channel.messages;
    expect([old?.incident.key, fresh?.incident.key]).toEqual(["old", "new"]);
    expect(old?.replies.length).toBeGreaterThan(0);
    expect(model.calls.brain.map(({ name }) => name).filter((name) => name.startsWith("messenger."))).toEqual(
      ["messenger.post", "messenger.post", ...Array(old?.replies.length).fill("messenger.reply")],
    );
  });

  it("tells the whole history in the runs that follow, each note once", async () => {
    const model = await withLongHistory();
    const messenger = paced(model);
    for (let run = 0; run < 6; run += 1) {
      await model.tell({ messenger });
      later(model, 60);
    }
    expect(model.channel.messages[0]?.replies).toEqual(history(80).map(({ id }) => id));
    expect(await model.tell({ messenger })).toEqual({ told: 0, untold: [], trouble: [] });
  });

  it("waits for the next second instead of the next run", async () => {
    const model = createAlertsModel();
    const keys = Array.from({ length: 20 }, (_, n) => `flood-${n}`);
    await model.report(
      reportOf(
        START,
        keys.map((key) => condition(key)),
      ),
    );
    expect(await model.tell({ messenger: paced(model) })).toMatchObject({ told: 20, untold: [] });
  });

  it("waits no longer than there is time for, nor as long as the next run would take to come", async () => {
    for (const [retryAfterSeconds, remaining] of [
      [1, 35_900],
      [11, 900_000],
    ] as const) {
      const model = createAlertsModel();
      const keys = Array.from({ length: 6 }, (_, n) => `flood-${n}`);
      await model.report(
        reportOf(
          START,
          keys.map((key) => condition(key)),
        ),
      );
      const startedAtMs = model.clock.nowMs();
      const remainingMs = () => remaining - (model.clock.nowMs() - startedAtMs);
      const { told, untold } = await model.tell({ messenger: paced(model, retryAfterSeconds), remainingMs });
      expect([told, untold.map(({ reason }) => reason)]).toEqual([5, ["rate-limited"]]);
    }
  });
});

describe("tellIncidents, where the channel cannot be reached for long", () => {
  it.each([
    ["critical", 241],
    ["warning", 901],
  ] as const)("fails over a %s incident, however often that changes meanwhile", async (severity, seconds) => {
    const model = createAlertsModel();
    model.calls.fail({ call: "messenger.post", when: "before", code: "unreachable" });
    const troubles: number[] = [];
    for (let since = 0; since <= seconds; since += 60) {
      await down(model, { severity, facts: [{ label: "Turn", value: since }] });
      const { trouble } = await model.tell();
      troubles.push(trouble.length);
      later(model, 60);
    }
    expect(troubles.every((count) => count === 0)).toBe(true);
    await down(model, { severity, facts: [{ label: "Turn", value: "last" }] });
    expect((await model.tell()).trouble).toHaveLength(1);
  });

  it("counts from the oldest change that nobody was told of", async () => {
    const model = await opened();
    await model.tell();
    later(model, 3_600);
    model.calls.fail({ call: "messenger.update", when: "before", code: "unreachable" });
    await down(model, { severity: "critical" });
    expect((await model.tell()).trouble).toEqual([]);
    later(model, 250);
    await down(model, { severity: "critical", facts: [{ label: "Left", value: "nothing" }] });
    expect((await model.tell()).trouble).toHaveLength(1);
  });
});

describe("tellIncidents, where answers are lost and nobody may look", () => {
  it("posts anew once, and then less and less often", async () => {
    const model = await opened();
    model.channel.canSearch = false;
    model.calls.fail({ call: "messenger.post", when: "after", code: "unreachable" });
    const posts: number[] = [];
    for (let at = 0; at < 3_600; at += 60) {
      await model.tell();
      if (model.channel.messages.length > posts.length) posts.push(at);
      later(model, 60);
    }
    expect(posts).toEqual([0, 60, 420, 1_080, 2_340]);
  });

  it("is as quick as ever once an answer came", async () => {
    const model = await opened();
    model.channel.canSearch = false;
    model.calls.fail({ call: "messenger.post", when: "after", code: "unreachable" });
    await model.tell();
    later(model, CLAIM_SECONDS + 1);
    await model.tell();
    model.calls.forget();
    later(model, 301);
    await model.tell();
    expect(model.store.standing.get("tunnels")?.telling).toBeNull();
    later(model);
    await down(model, { severity: "critical" });
    expect(await model.tell()).toMatchObject({ told: 1 });
  });
});
