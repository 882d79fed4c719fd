import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import type { Incident } from "./incident.ts";
import { CLAIM_SECONDS, DOUBT_SECONDS } from "./tell-incident.ts";
import { action } from "./test-conditions.ts";
import { closed, down, later, opened, standing } from "./test-telling.ts";

describe("tellIncidents, when somebody else may have told", () => {
  it("does nothing to an incident that somebody else is telling of", async () => {
    const model = await opened();
    const incident = standing(model);
    await model.store.claim(incident, { attempt: "other", until: START + 60 });
    const { untold, trouble } = await model.tell();
    expect(untold).toMatchObject([{ incident: "tunnels", reason: "claimed-by-another" }]);
    expect(trouble).toEqual([]);
    expect(model.channel.messages).toEqual([]);
  });

  it("lets one of two runs at once tell", async () => {
    const model = await opened();
    const run = () => model.calls.inProcess(() => model.tell());
    await Promise.all([run(), run()]);
    expect(model.channel.messages).toHaveLength(1);
    expect(model.records.filter(({ event }) => event === "incident.told")).toHaveLength(1);
  });

  it("tells nothing twice that was told between its read and its claim", async () => {
    const model = await opened();
    const { readIncidents } = model.store;
    const store = {
      ...model.store,
      readIncidents: async () => {
        const read = await readIncidents();
        await model.tell();
        return read;
      },
    };
    await model.tell({ store });
    expect(model.channel.messages).toHaveLength(1);
    expect(model.store.standing.get("tunnels")?.telling).toBeNull();
  });

  it("looks for a message whose answer was lost, and goes on with it", async () => {
    const model = await opened();
    model.calls.fail({ call: "messenger.post", when: "after", code: "unreachable" });
    const first = await model.tell();
    expect(first.untold).toMatchObject([{ reason: "outcome-unknown" }]);
    expect(first.trouble).toEqual([]);
    model.calls.forget();
    later(model, DOUBT_SECONDS);
    expect((await model.tell()).untold).toMatchObject([{ reason: "claimed-by-another" }]);
    later(model, 1);
    expect(await model.tell()).toMatchObject({ told: 1 });
    expect(model.channel.messages).toHaveLength(1);
    expect(model.calls.count("messenger.post")).toBe(0);
  });

  it("does not forget that it must look when looking fails", async () => {
    const model = await opened();
    model.calls.fail({ call: "messenger.post", when: "after", code: "unreachable" });
    await model.tell();
    later(model, CLAIM_SECONDS + 1);
    model.calls.fail({ call: "messenger.find", when: "before", code: "ratelimited", throttled: true });
    await model.tell();
    later(model, CLAIM_SECONDS + 1);
    model.calls.forget();
    await model.tell();
    expect(model.channel.messages).toHaveLength(1);
  });

  it("posts once more where it may not look, and takes the second message away once it may", async () => {
    const model = await opened();
    model.channel.canSearch = false;
    model.calls.fail({ call: "messenger.post", when: "after", code: "unreachable" });
    await model.tell();
    model.calls.forget();
    later(model, CLAIM_SECONDS + 1);
    await model.tell();
    expect(model.channel.messages).toHaveLength(2);
    later(model);
    await down(model, { severity: "critical" });
    await model.tell();
    expect(model.channel.messages).toHaveLength(2);
    model.channel.canSearch = true;
    await closed(model);
    await model.tell();
    expect(model.channel.messages).toMatchObject([{ incident: { state: "closed" } }]);
    expect(model.channel.messages[0]?.ts).toBe(model.store.standing.get("tunnels")?.told?.ts);
    expect(model.store.standing.get("tunnels")?.told?.maybeTwice).toBe(false);
  });

  it("keeps the first of several messages that it finds", async () => {
    const model = await opened();
    const incident = standing(model);
    await model.channel.post(incident);
    await model.channel.post(incident);
    await model.store.claim(incident, { attempt: "dead", until: START - 1 });
    await model.tell();
    expect(model.channel.messages.map(({ ts }) => ts)).toEqual(["1795248000.000001"]);
  });

  it("takes its own message away when somebody else told meanwhile, however it came to that", async () => {
    const model = await opened();
    const { post } = model.channel;
    const messenger = {
      ...model.channel,
      // So long that the claim is over, and what it sends comes after the other one looked.
      post: async (incident: Incident) => {
        later(model, CLAIM_SECONDS + 1);
        await model.tell();
        return await post(incident);
      },
    };
    const { untold } = await model.tell({ messenger });
    expect(untold).toMatchObject([{ reason: "claimed-by-another" }]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "incident.claim-lost", step: "post" }),
    );
    expect(model.channel.messages.map(({ ts }) => ts)).toEqual(["1795248000.000001"]);
  });

  it("looks whether a note stands in the thread whose answer was lost", async () => {
    const model = await opened();
    await model.tell();
    later(model);
    await down(model, { actions: [action("reset", START), action("replace", START + 1)] });
    model.calls.fail({ call: "messenger.reply", nth: 1, when: "after", code: "unreachable" });
    await model.tell();
    model.calls.forget();
    later(model, CLAIM_SECONDS + 1);
    await model.tell();
    expect(model.channel.messages[0]?.replies).toEqual(["reset", "replace"]);
  });

  it("brings up to date the message that it finds", async () => {
    const model = await opened();
    model.calls.fail({ call: "messenger.post", when: "after", code: "unreachable" });
    await model.tell();
    model.calls.forget();
    later(model, CLAIM_SECONDS + 1);
    await down(model, { severity: "critical" });
    await model.tell();
    expect(model.channel.messages).toMatchObject([{ incident: { severity: "critical" } }]);
  });

  it("leaves its own message where it is when somebody else has found it and goes on with it", async () => {
    const model = await opened();
    const { post } = model.channel;
    const messenger = {
      ...model.channel,
      post: async (incident: Incident) => {
        const message = await post(incident);
        later(model, CLAIM_SECONDS + 1);
        await model.tell();
        return message;
      },
    };
    await model.tell({ messenger });
    expect(model.channel.messages).toHaveLength(1);
    expect(model.store.standing.get("tunnels")?.told?.ts).toBe(model.channel.messages[0]?.ts);
  });
});
