import { describe, expect, it } from "vitest";
import { createModel } from "../../local/model/brain.ts";
import { isUsable } from "../../local/model/checks.ts";
import { inUse, linkOfMode, newestOf, ordersOf, revokedBy, use, WEEK } from "../../local/model/revoking.ts";
import { observeCertificate } from "./observe.ts";
import { settleIntents } from "./orphans.ts";
import { ORPHAN_REST_SECONDS } from "./revocation.ts";

describe("renewCertificates, with what was issued and never merged", () => {
  /** Its request waits no more, and no version of it was merged. */
  async function orphaned(link = linkOfMode("general-purpose")) {
    const model = await createModel({ link });
    model.calls.fail({ call: "hand.merge", nth: 1, when: "before", code: "http-500" });
    await model.run();
    model.calls.forget();
    const orphan = newestOf(model);
    await model.vault.dropRequest("bunny-client", "whichever");
    return { model, orphan };
  }

  it("orders its revocation by itself, and carries it out when nobody can be merging it any more", async () => {
    const { model, orphan } = await orphaned();
    expect((await model.run()).trouble).toEqual([]);
    expect(ordersOf(model)).toMatchObject([
      { serial: orphan.serial, reason: "SUPERSEDED", origin: "orphan", state: "ordered" },
    ]);
    const told = { event: "revocation.ordered", level: "info", serial: orphan.serial };
    expect(model.records).toContainEqual(expect.objectContaining(told));
    await use(model);
    expect(revokedBy(model)).toEqual([]);
    model.clock.advance(ORPHAN_REST_SECONDS);
    await model.run();
    expect(revokedBy(model)).toEqual([[orphan.serial, "SUPERSEDED"]]);
    expect(isUsable(model)).toBe(true);
  });

  it("revokes it only once its successor was seen in use", async () => {
    const { model, orphan } = await orphaned();
    await model.run();
    model.clock.advance(ORPHAN_REST_SECONDS);
    await model.run();
    expect(revokedBy(model)).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "revocation.waiting", waitsFor: "replacement-not-proven" }),
    );
    await use(model);
    expect(revokedBy(model)).toEqual([[orphan.serial, "SUPERSEDED"]]);
  });

  it("orders nothing under a short-lived CA", async () => {
    const { model } = await orphaned(linkOfMode("short-lived"));
    await model.run();
    model.clock.advance(ORPHAN_REST_SECONDS);
    await model.run();
    expect(ordersOf(model)).toEqual([]);
    expect(model.calls.count("authority.revoke")).toBe(0);
  });

  it("orders it for one whose request was dropped with its ARN known", async () => {
    const model = await createModel({ link: linkOfMode("general-purpose") });
    model.calls.fail({ call: "hand.merge", nth: 1, when: "before", code: "http-500" });
    await model.run();
    model.calls.forget();
    const { serial } = newestOf(model);
    model.clock.advance(WEEK * 0.7);
    expect((await model.run()).outcomes).toMatchObject([
      { changes: ["drop-request", "request", "sign-and-merge"] },
    ]);
    expect(ordersOf(model)).toMatchObject([{ serial, origin: "orphan" }]);
  });

  it("orders nothing for one that has ended", async () => {
    const { model } = await orphaned();
    model.clock.advance(WEEK);
    await model.run();
    expect(ordersOf(model)).toEqual([]);
  });

  it("revokes nothing that the CA gave up on", async () => {
    const model = await createModel({ link: linkOfMode("general-purpose") });
    model.authority.failures = 1;
    expect((await model.run()).trouble).toEqual([]);
    expect(model.authority.issues).toHaveLength(2);
    model.clock.advance(ORPHAN_REST_SECONDS);
    await use(model);
    expect(model.calls.count("authority.revoke")).toBe(0);
    expect(ordersOf(model)).toMatchObject([{ state: "refused", code: "never-issued" }]);
    const told = { event: "revocation.closed", level: "info", code: "never-issued" };
    expect(model.records).toContainEqual(expect.objectContaining(told));
  });

  it("waits with one that the CA is still at", async () => {
    const { model, orphan } = await orphaned();
    await model.run();
    await use(model);
    model.clock.advance(ORPHAN_REST_SECONDS);
    model.authority.readsInProgress = 1_000;
    expect((await model.run()).trouble).toEqual([]);
    expect(revokedBy(model)).toEqual([]);
    model.authority.readsInProgress = 0;
    await model.run();
    expect(revokedBy(model)).toEqual([[orphan.serial, "SUPERSEDED"]]);
  });

  it("takes nothing for an orphan whose merge is only not written down", async () => {
    const model = await inUse();
    model.clock.advance(WEEK * 0.7);
    model.calls.fail({ call: "journal.mark", nth: 2, when: "before", code: "InternalFailure" });
    await model.run();
    model.calls.forget();
    await use(model);
    for (let renewals = 0; renewals < 2; renewals += 1) {
      model.clock.advance(WEEK * 0.7);
      await model.run();
      await use(model);
    }
    expect(model.authority.issues).toHaveLength(4);
    expect(ordersOf(model)).toEqual([]);
  });

  it("takes nothing for an orphan that is current, whatever the journal says of it", async () => {
    const model = await inUse();
    const observed = await observeCertificate(model.brain(), "bunny-client");
    const issued = { state: "issued", certificateArn: newestOf(model).arn } as const;
    for (const intent of model.journal.intents.values()) await model.journal.mark(intent, issued);
    const current = observed.kind === "observed" ? observed.certificate.current : null;
    expect(current?.serial).toBe(newestOf(model).serial);
    await settleIntents(model.brain(), "bunny-client", current);
    expect(ordersOf(model)).toEqual([]);
    expect([...model.journal.intents.values()]).toMatchObject([{ state: "merged" }]);
  });

  it("closes the order when another run was merging it after all", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    const stands = { orderedBy: "renew-certificates", orderedAt: model.clock.now() - 3_600 };
    await model.journal.orderRevocation({
      ...stands,
      serial,
      certificate: "bunny-client",
      reason: "SUPERSEDED",
      origin: "orphan",
      state: "ordered",
    });
    await model.run();
    expect(ordersOf(model)).toMatchObject([{ state: "refused", code: "in-use" }]);
    expect(revokedBy(model)).toEqual([]);
  });
});
