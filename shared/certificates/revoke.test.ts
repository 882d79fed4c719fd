import { describe, expect, it } from "vitest";
import type { Model } from "../../local/model/brain.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import {
  inUse,
  linkOfMode,
  newestOf,
  OPERATOR,
  order,
  ordersOf,
  revokedBy,
  use,
  WEEK,
} from "../../local/model/revoking.ts";
import { renewCertificates } from "./renew.ts";

describe("renewCertificates, with an order for a superseded certificate", () => {
  it("revokes it once its replacement was seen in use, and not before", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    await order(model, serial, "SUPERSEDED");
    await model.run();
    expect(model.authority.issues).toHaveLength(1);
    model.clock.advance(WEEK * 0.7);
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    expect(revokedBy(model)).toEqual([]);
    await use(model);
    expect(revokedBy(model)).toEqual([[serial, "SUPERSEDED"]]);
    expect(ordersOf(model)).toMatchObject([{ serial, state: "revoked" }]);
  });

  it("records who ordered it, and asks the CA no second time", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    model.clock.advance(WEEK * 0.7);
    await model.run();
    await use(model);
    await order(model, serial, "SUPERSEDED");
    const orderedAt = model.clock.now();
    await model.run();
    await model.run();
    expect(model.audit.changes.filter(({ kind }) => kind === "revoke")).toMatchObject([
      {
        target: "bunny-client",
        actor: "renew-certificates",
        before: { serial, orderedBy: OPERATOR, orderedAt },
        reasons: ["SUPERSEDED"],
        requestIds: { lambda: expect.any(String), "acm-pca": expect.stringMatching(/^request-/) },
      },
    ]);
    expect(model.records.filter(({ event }) => event === "revocation.done")).toMatchObject([
      { certificate: "bunny-client", serial, reason: "SUPERSEDED" },
    ]);
    expect(model.calls.count("authority.revoke")).toBe(1);
    expect(brokenPromises(model)).toEqual([]);
  });
});

describe("renewCertificates, with an order for a compromised key", () => {
  it("replaces it at once and revokes it in the same run", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    await order(model, serial, "KEY_COMPROMISE");
    const { outcomes, trouble } = await model.run();
    expect(outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    expect(trouble).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({
        event: "certificate.planned",
        change: { kind: "request", reason: "revoked" },
      }),
    );
    expect(revokedBy(model)).toEqual([[serial, "KEY_COMPROMISE"]]);
    expect(isUsable(model)).toBe(true);
    expect((await model.run()).outcomes).toMatchObject([{ changes: [] }]);
  });

  it("keeps what is in use while it cannot be replaced, and says so", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    await order(model, serial, "KEY_COMPROMISE");
    model.authority.state = { ...model.authority.state, active: false };
    expect((await model.run()).trouble).toEqual(["bunny-client: refused, ca-not-active"]);
    expect(revokedBy(model)).toEqual([]);
    model.authority.state = { ...model.authority.state, active: true };
    await model.run();
    expect(revokedBy(model)).toEqual([[serial, "KEY_COMPROMISE"]]);
  });

  it("replaces it under a short-lived CA too, and leaves it to expire there", async () => {
    const model = await inUse({ link: linkOfMode("short-lived") });
    const { serial } = newestOf(model);
    await order(model, serial, "KEY_COMPROMISE");
    expect((await model.run()).trouble).toEqual([]);
    expect(model.authority.issues).toHaveLength(2);
    expect(model.calls.count("authority.revoke")).toBe(0);
    expect(ordersOf(model)).toMatchObject([{ state: "refused", code: "left-to-expire" }]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "revocation.closed", serial, code: "left-to-expire" }),
    );
    expect((await model.run()).outcomes).toMatchObject([{ changes: [] }]);
  });
});

describe("renewCertificates, with an order that it closes without a revocation", () => {
  const closed = ({ audit }: Model) => audit.changes.filter(({ kind }) => kind === "close-revocation");

  it("records that a short-lived one is left to expire, and whose order that was", async () => {
    const model = await inUse({ link: linkOfMode("short-lived") });
    const { serial } = newestOf(model);
    await order(model, serial, "KEY_COMPROMISE");
    const orderedAt = model.clock.now();
    await model.run();
    await model.run();
    expect(closed(model)).toMatchObject([
      {
        target: "bunny-client",
        actor: "renew-certificates",
        before: { serial, orderedBy: OPERATOR, orderedAt },
        after: null,
        reasons: ["left-to-expire"],
        requestIds: { lambda: expect.any(String) },
      },
    ]);
  });

  it("records the CA's refusal, and by which id the CA knows it", async () => {
    const model = await inUse();
    await order(model, "abc", "KEY_COMPROMISE");
    await model.run();
    expect(closed(model)).toMatchObject([
      {
        before: { serial: "abc" },
        reasons: ["ResourceNotFoundException"],
        requestIds: { "acm-pca": expect.stringMatching(/^request-/) },
      },
    ]);
  });

  it("records it once, though the order could not be closed at first", async () => {
    const model = await inUse();
    await order(model, "abc", "KEY_COMPROMISE");
    model.calls.fail({ call: "journal.close-revocation", when: "before", code: "InternalFailure" });
    expect((await model.run()).trouble).toHaveLength(1);
    model.calls.forget();
    await model.run();
    expect(ordersOf(model)).toMatchObject([{ state: "refused" }]);
    expect(closed(model)).toHaveLength(1);
  });

  it("tells a second closing of the same serial apart, by the order", async () => {
    const model = await inUse();
    for (const _ of ["first", "again"]) {
      model.clock.advance(60);
      await order(model, "abc", "KEY_COMPROMISE");
      await model.run();
    }
    expect(closed(model)).toHaveLength(2);
  });
});

describe("renewCertificates, when a revocation goes wrong", () => {
  async function due() {
    const model = await inUse();
    const { serial } = newestOf(model);
    await order(model, serial, "KEY_COMPROMISE");
    return { model, serial };
  }

  it.each([
    ["before", "authority.revoke"],
    ["after", "authority.revoke"],
    ["before", "audit.record"],
    ["before", "journal.close-revocation"],
    ["after", "journal.close-revocation"],
  ] as const)("tells a failure %s %s, and carries the order out in the next run", async (when, call) => {
    const { model, serial } = await due();
    // The request's, the issue's and the merge's records come first.
    const nth = call === "audit.record" ? 4 : 1;
    model.calls.fail({ call, nth, when, code: "InternalFailure" });
    const { trouble } = await model.run();
    expect(trouble).toEqual([`bunny-client: the revocation of ${serial} failed, InternalFailure`]);
    const told = { event: "revocation.failed", level: "error", serial, code: "InternalFailure" };
    expect(model.records).toContainEqual(expect.objectContaining(told));
    model.calls.forget();
    expect((await model.run()).trouble).toEqual([]);
    expect(revokedBy(model)).toEqual([[serial, "KEY_COMPROMISE"]]);
    expect(ordersOf(model)).toMatchObject([{ state: "revoked" }]);
    expect(model.audit.changes.filter(({ kind }) => kind === "revoke")).toHaveLength(1);
  });

  it("tells once that the CA does not revoke it, and keeps the CA's code", async () => {
    const model = await inUse();
    await order(model, "abc", "KEY_COMPROMISE");
    expect((await model.run()).trouble).toEqual([
      "bunny-client: the CA does not revoke abc, ResourceNotFoundException",
    ]);
    expect(ordersOf(model)).toMatchObject([{ state: "refused", code: "ResourceNotFoundException" }]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "revocation.refused", level: "error", serial: "abc" }),
    );
    expect((await model.run()).trouble).toEqual([]);
  });

  it("leaves it to the next run when there is no time, without trouble", async () => {
    const { model } = await due();
    await model.run();
    await order(model, newestOf(model).serial, "SUPERSEDED");
    await order(model, "abc", "KEY_COMPROMISE");
    model.calls.durationsMs.set("hand.observe", 10_000);
    expect((await model.run(50_000)).trouble).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "revocation.waiting", serial: "abc", waitsFor: "no-time-left" }),
    );
  });

  it("waits while its certificate could not be settled", async () => {
    const { model, serial } = await due();
    model.calls.fail({ call: "hand.observe", when: "before", code: "http-500" });
    expect((await model.run()).trouble).toHaveLength(1);
    expect(revokedBy(model)).toEqual([]);
    expect(model.records).toContainEqual(
      expect.objectContaining({ event: "revocation.waiting", serial, waitsFor: "not-settled" }),
    );
  });

  it("leaves alone what another function looks after", async () => {
    const { model } = await due();
    await renewCertificates({ ...model.brain(), certificates: [] });
    expect(model.calls.count("authority.revoke")).toBe(0);
    expect(ordersOf(model)).toMatchObject([{ state: "ordered" }]);
  });

  it("revokes what left the link", async () => {
    const model = await inUse();
    const { serial } = newestOf(model);
    const left = { serial, certificate: "old-client", reason: "SUPERSEDED", origin: "person" } as const;
    const stands = { orderedBy: OPERATOR, orderedAt: model.clock.now(), state: "ordered" } as const;
    await model.journal.orderRevocation({ ...left, ...stands });
    await model.run();
    expect(revokedBy(model)).toEqual([[serial, "SUPERSEDED"]]);
  });
});
