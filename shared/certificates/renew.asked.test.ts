/** A person asks for another certificate: once, within the limits of every renewal, and in the history. */
import { describe, expect, it } from "vitest";
import { createModel, type Model } from "../../local/model/brain.ts";
import { linkWith } from "../../local/model/link.ts";
import { servingRelay } from "../../local/model/relay.ts";
import { linkDigest } from "../link/load.ts";
import { runOnEvent } from "./on-event.ts";
import { Serial } from "./schema.ts";
import { PENDING } from "./staged-secret.ts";

const ALICE = "arn:aws:sts::111122223333:assumed-role/operator/alice";
const NAME = "bunny-client";

const latest = ({ authority }: Model) => Serial.parse(authority.issues.at(-1)?.serial);
const wish = (model: Model, serial = latest(model)) => ({ run: "rotate", name: NAME, serial, actor: ALICE });
const kinds = ({ audit }: Model) => audit.changes.map(({ kind }) => kind);

/** With a certificate that was seen in use. */
async function used(link = linkWith()) {
  const model = await createModel({ link });
  await model.run();
  model.usage.accept(latest(model), model.clock.now());
  await model.run();
  model.clock.advance(60);
  return model;
}

describe("runOnEvent, of what a person asks for", () => {
  it("renews at once, says how it stands then, and has who asked in the history", async () => {
    const model = await used();
    const before = latest(model);
    const answer = await runOnEvent(model.brain(), wish(model));
    const after = latest(model);
    expect(after).not.toBe(before);
    expect(answer).toMatchObject({
      outcome: "asked",
      linkDigest: linkDigest(model.link),
      frozen: false,
      trouble: [],
      certificates: [{ certificate: NAME, current: { serial: after }, change: null, waits: null }],
    });
    expect(model.journal.asks.size).toBe(0);
    expect(model.audit.changes.findLast(({ kind }) => kind === "ask")).toMatchObject({
      concern: "certificates",
      target: NAME,
      before: { serial: before },
      after: null,
      actor: ALICE,
    });
    expect(model.audit.changes.findLast(({ kind }) => kind === "request")).toMatchObject({
      reasons: ["asked-for"],
    });
    expect(model.records).toContainEqual(
      expect.objectContaining({
        event: "certificate.asked",
        certificate: NAME,
        serial: before,
        actor: ALICE,
      }),
    );
  });

  it("renews once for a wish that arrives twice, and for one that comes after the certificate has changed", async () => {
    const model = await used();
    const event = wish(model);
    await runOnEvent(model.brain(), event);
    const issues = model.authority.issues.length;
    const answer = await runOnEvent(model.brain(), event);
    expect(answer).toMatchObject({ outcome: "asked", certificates: [{ change: null, waits: null }] });
    expect(model.authority.issues).toHaveLength(issues);
    expect(model.journal.asks.size).toBe(0);
    expect(new Set(model.audit.changes.filter(({ kind }) => kind === "ask").map(({ id }) => id)).size).toBe(
      1,
    );
  });

  it("waits until the last one is seen in use, says so, and then renews without being asked again", async () => {
    const model = await createModel();
    await model.run();
    model.clock.advance(60);
    expect(await runOnEvent(model.brain(), wish(model))).toMatchObject({
      certificates: [{ change: null, waits: "proof", proof: "awaited" }],
    });
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "certificate.ask-waits", certificate: NAME, waits: "proof" }),
    );
    model.usage.accept(latest(model), model.clock.now());
    await model.run();
    expect(model.authority.issues).toHaveLength(1);
    await model.run();
    expect(model.authority.issues).toHaveLength(2);
    await model.run();
    expect(model.authority.issues).toHaveLength(2);
  });

  it("waits for a thaw", async () => {
    const model = await used();
    model.journal.freeze.freeze(model.clock.now());
    expect(await runOnEvent(model.brain(), wish(model))).toMatchObject({
      frozen: true,
      certificates: [{ change: { kind: "request", reason: "asked-for" } }],
    });
    expect(model.authority.issues).toHaveLength(1);
    expect(model.journal.asks.size).toBe(1);
    model.journal.freeze.thaw(model.clock.now());
    await model.run();
    expect(model.authority.issues).toHaveLength(2);
    expect(model.journal.asks.size).toBe(0);
  });

  it("asks for nothing that another function looks after, or nobody", async () => {
    const model = await used();
    expect(await runOnEvent(model.brain(), { ...wish(model), name: "relay-server" })).toEqual({
      outcome: "refused",
      reason: "unknown-name",
      link: model.link.name,
      linkDigest: linkDigest(model.link),
      trouble: [],
    });
    expect(model.journal.asks.size).toBe(0);
    expect(kinds(model)).not.toContain("ask");
  });

  it("asks for nothing when the history does not take it", async () => {
    const model = await used();
    model.calls.fail({ call: "audit.record", nth: 1, when: "before", code: "AccessDeniedException" });
    await expect(runOnEvent(model.brain(), wish(model))).rejects.toMatchObject({
      code: "AccessDeniedException",
    });
    expect(model.journal.asks.size).toBe(0);
  });

  it("tells a wish that is met and could not be written down, and signs nothing more for it", async () => {
    const model = await used();
    model.calls.fail({ call: "journal.settle-ask", nth: 1, when: "before", code: "AccessDeniedException" });
    const answer = await runOnEvent(model.brain(), wish(model));
    expect(answer.trouble).toEqual([
      `${NAME}: that it was renewed as asked for could not be written down: AccessDeniedException`,
    ]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "certificate.not-settled", code: "AccessDeniedException" }),
    );
    expect((await model.run()).trouble).toEqual([]);
    expect(model.journal.asks.size).toBe(0);
    expect(model.authority.issues).toHaveLength(2);
  });

  it("stages another one for relay, whose old one is served until the new one is loaded", async () => {
    const model = await servingRelay();
    const name = model.brain().certificates[0]?.name;
    const serial = latest(model);
    model.clock.advance(7_200);
    await model.run();
    const issues = model.authority.issues.length;
    const answer = await runOnEvent(model.brain(), { run: "rotate", name, serial, actor: ALICE });
    expect(model.authority.issues).toHaveLength(issues + 1);
    expect(model.serialOf(PENDING)).toBe(latest(model));
    expect(answer).toMatchObject({
      certificates: [{ current: { serial: latest(model) }, served: { serial }, waits: null }],
    });
    expect(model.journal.asks.size).toBe(0);
  });
});
