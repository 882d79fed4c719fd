/** What a plan says of the one thing that nobody can undo: what is revoked, now or once its time has come. */
import { describe, expect, it } from "vitest";
import type { Model } from "../../local/model/brain.ts";
import { servingRelay, stagedRelay } from "../../local/model/relay.ts";
import {
  inUse,
  linkOfMode,
  newestOf,
  OPERATOR,
  order,
  ordersOf,
  revokedBy,
  WEEK,
} from "../../local/model/revoking.ts";
import { planRun } from "./plan-run.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";

/** A plan, which orders and revokes nothing itself. */
async function plan(model: Model, names: readonly string[] | null = null) {
  const before = JSON.stringify([ordersOf(model), revokedBy(model), model.audit.changes]);
  const report = await planRun(model.brain(), names);
  expect(JSON.stringify([ordersOf(model), revokedBy(model), model.audit.changes])).toBe(before);
  return report;
}

const orderOf = async (model: Model, serial: string, certificate: string) =>
  await model.journal.orderRevocation({
    ...{ serial, certificate, reason: "KEY_COMPROMISE", origin: "person", orderedBy: OPERATOR },
    ...{ orderedAt: model.clock.now(), state: "ordered" },
  });

describe("planRun, with orders to revoke", () => {
  it("says what each waits for, and what a run would revoke now", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    await order(model, serial, "SUPERSEDED");
    expect((await plan(model)).revocations).toMatchObject([
      { kind: "wait", reason: "replacement-not-merged", order: { serial, orderedBy: OPERATOR } },
    ]);
    model.clock.advance(WEEK * 0.7);
    await model.run();
    expect((await plan(model)).revocations).toMatchObject([{ reason: "replacement-not-proven" }]);
    model.usage.accept(newestOf(model).serial, model.clock.now() + 60);
    model.clock.advance(60);
    expect((await plan(model)).revocations).toMatchObject([{ kind: "revoke", order: { serial } }]);
    await model.run();
    expect(revokedBy(model)).toEqual([[serial, "SUPERSEDED"]]);
    expect((await plan(model)).revocations).toEqual([]);
  });

  it("says of what has left the link that it is revoked, whatever it was asked about", async () => {
    const model = await inUse();
    await orderOf(model, "abc", "old-client");
    await order(model, newestOf(model).serial, "SUPERSEDED");
    expect((await plan(model, ["other"])).revocations).toMatchObject([
      { kind: "revoke", order: { serial: "abc", certificate: "old-client" } },
    ]);
  });

  it("cannot tell while the certificate cannot be read", async () => {
    const model = await inUse();
    await order(model, newestOf(model).serial, "KEY_COMPROMISE");
    model.calls.fail({ call: "hand.observe", when: "before", code: "http-500" });
    expect((await plan(model)).revocations).toMatchObject([{ kind: "wait", reason: "not-settled" }]);
  });

  it("leaves relay's to the function that looks after it", async () => {
    const model = await stagedRelay({ mode: "general-purpose" });
    await orderOf(model, model.serialOf(CURRENT) ?? "", "relay-server");
    const { certificates: _, promotion: __, ...bunnies } = model.brain();
    expect((await planRun({ ...bunnies, certificates: [] }, null)).revocations).toEqual([]);
  });
});

describe("planRun, for relay", () => {
  it("tells what is served apart from what is staged", async () => {
    const model = await stagedRelay();
    const { certificates } = await plan(model);
    expect(certificates).toMatchObject([
      { current: { serial: model.serialOf(PENDING) }, served: { serial: model.serialOf(CURRENT) } },
    ]);
  });

  it("says that the next run has another one served, and revokes the compromised one", async () => {
    const model = await stagedRelay({ mode: "general-purpose" });
    const serial = model.serialOf(CURRENT) ?? "";
    await orderOf(model, serial, "relay-server");
    const { certificates, revocations } = await plan(model);
    expect(certificates).toMatchObject([{ promotion: { kind: "promote", reason: "current-revoked" } }]);
    expect(revocations).toMatchObject([{ kind: "revoke", order: { serial } }]);
    await model.run();
    expect(revokedBy(model)).toEqual([[serial, "KEY_COMPROMISE"]]);
  });

  it("says what is still served, while nothing takes its place", async () => {
    const model = await stagedRelay({ mode: "general-purpose", proof: "manual" });
    await model.journal.orderRevocation({
      ...{ serial: model.serialOf(CURRENT) ?? "", certificate: "relay-server", reason: "SUPERSEDED" },
      ...{ origin: "person", orderedBy: OPERATOR, orderedAt: model.clock.now(), state: "ordered" },
    });
    expect((await plan(model)).revocations).toMatchObject([{ kind: "wait", reason: "still-served" }]);
  });

  it("serves what is current where nothing is staged", async () => {
    const model = await servingRelay();
    const serial = model.serialOf(CURRENT);
    expect((await plan(model)).certificates).toMatchObject([{ current: { serial }, served: { serial } }]);
  });
});

describe("planRun, with what was issued and never merged", () => {
  /** A signature whose answer came too late: its request was dropped, and the CA told of it afterwards. */
  async function orphaned(mode: "short-lived" | "general-purpose") {
    const model = await inUse({ link: linkOfMode(mode) });
    model.clock.advance(WEEK * 0.7);
    model.calls.fail({ call: "hand.merge", when: "before", code: "unreachable" });
    await model.run();
    model.calls.forget();
    await model.vault.dropRequest("bunny-client", "whichever");
    return { model, orphan: newestOf(model) };
  }

  it("says what the next request has ordered to be revoked", async () => {
    const { model, orphan } = await orphaned("general-purpose");
    expect((await plan(model)).certificates).toMatchObject([
      { change: { kind: "request" }, orphans: [{ serial: orphan.serial, certificateArn: orphan.arn }] },
    ]);
    await model.run();
    expect(ordersOf(model)).toMatchObject([{ serial: orphan.serial, origin: "orphan" }]);
  });

  it("does not say so of what is ordered already", async () => {
    const { model, orphan } = await orphaned("general-purpose");
    await order(model, orphan.serial, "SUPERSEDED");
    expect((await plan(model)).certificates).toMatchObject([{ orphans: [] }]);
  });

  it("says nothing of it under a short-lived CA", async () => {
    const { model } = await orphaned("short-lived");
    expect((await plan(model)).certificates).toMatchObject([{ change: { kind: "request" }, orphans: [] }]);
  });
});
