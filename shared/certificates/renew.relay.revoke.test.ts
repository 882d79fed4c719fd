/** Orders to revoke relay's certificates, of which the newest is not always the one that relay serves. */
import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { type RelayModel, servingRelay, stagedRelay } from "../../local/model/relay.ts";
import { OPERATOR, ordersOf, revokedBy, WEEK } from "../../local/model/revoking.ts";
import type { RevocationReason } from "./revocation-order.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";

const LOOK = 900;
const HOUR = 3_600;
const mode = "general-purpose";

async function orderServed(model: RelayModel, reason: RevocationReason): Promise<string> {
  const serial = model.serialOf(CURRENT);
  if (serial === undefined) throw new Error("relay serves nothing");
  await model.journal.orderRevocation({
    ...{ serial, certificate: "relay-server", reason, origin: "person", orderedBy: OPERATOR },
    ...{ orderedAt: model.clock.now(), state: "ordered" },
  });
  return serial;
}

const waits = ({ records }: RelayModel) =>
  records.filter(({ event }) => event === "revocation.waiting").map(({ waitsFor }) => waitsFor);

const failMove = ({ calls }: RelayModel) =>
  calls.fail({ call: "secret.move", target: CURRENT, when: "before", code: "InternalServiceError" });

describe("renewCertificates, with an order for what relay still serves", () => {
  it("waits until a person has moved the label, where the link leaves that to one", async () => {
    const model = await stagedRelay({ mode, proof: "manual" });
    const next = model.secret.labels.get(PENDING);
    model.clock.advance(60);
    const old = await orderServed(model, "SUPERSEDED");
    expect((await model.run()).trouble).toEqual([]);
    expect(revokedBy(model)).toEqual([]);
    expect(waits(model)).toEqual(["still-served"]);
    if (next === undefined) throw new Error("nothing is staged");
    model.secret.moveByHand(CURRENT, next);
    await model.run();
    expect(revokedBy(model)).toEqual([[old, "SUPERSEDED"]]);
  });

  it.each(["SUPERSEDED", "KEY_COMPROMISE"] as const)(
    "waits, for %s, while the label cannot be moved",
    async (reason) => {
      const model = await stagedRelay({ mode, proof: { after: "2 hours" } });
      model.clock.advance(2 * HOUR);
      const old = await orderServed(model, reason);
      failMove(model);
      expect((await model.run()).trouble).toEqual([
        "relay-server: not made current, secret.move failed, InternalServiceError",
      ]);
      expect(model.serialOf(CURRENT)).toBe(old);
      expect(revokedBy(model)).toEqual([]);
      model.calls.forget();
      await model.run();
      await model.run();
      expect(revokedBy(model)).toEqual([[old, reason]]);
    },
  );

  it("cannot tell what is served while the secret cannot be read, and waits", async () => {
    const model = await stagedRelay({ mode, proof: { after: "2 hours" } });
    model.clock.advance(2 * HOUR);
    await orderServed(model, "KEY_COMPROMISE");
    model.calls.fail({ call: "secret.read", target: CURRENT, when: "before", code: "InternalServiceError" });
    const { outcomes, trouble } = await model.run();
    expect(outcomes).toMatchObject([{ outcome: "settled", proof: "seen" }]);
    expect(trouble).toEqual(["relay-server: not made current, secret.read failed, InternalServiceError"]);
    expect(revokedBy(model)).toEqual([]);
    expect(waits(model)).toEqual(["not-settled"]);
  });

  it("gives relay the time of a run to serve the new one, where nothing shows that it does", async () => {
    const model = await stagedRelay({ mode, proof: { after: "2 hours" } });
    model.clock.advance(2 * HOUR);
    const old = await orderServed(model, "SUPERSEDED");
    await model.run();
    expect(model.serialOf(CURRENT)).not.toBe(old);
    expect(revokedBy(model)).toEqual([]);
    expect(waits(model)).toEqual(["replacement-not-proven"]);
    model.clock.advance(LOOK);
    await model.run();
    expect(revokedBy(model)).toEqual([[old, "SUPERSEDED"]]);
  });

  it("revokes a compromised one in the run that has relay serve another", async () => {
    const model = await stagedRelay({ mode });
    const next = model.serialOf(PENDING);
    const old = await orderServed(model, "KEY_COMPROMISE");
    expect((await model.run()).trouble).toEqual([]);
    expect(model.serialOf(CURRENT)).toBe(next);
    expect(revokedBy(model)).toEqual([[old, "KEY_COMPROMISE"]]);
    expect(ordersOf(model)).toMatchObject([{ state: "revoked" }]);
  });

  it("revokes nothing that a person has stepped back to", async () => {
    const model = await stagedRelay({ mode });
    const [first, second] = [model.secret.labels.get(CURRENT), model.secret.labels.get(PENDING)];
    if (first === undefined || second === undefined) throw new Error("nothing is staged");
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    await model.run();
    model.look("relay-0", "relay-1");
    await model.run();
    model.secret.moveByHand(CURRENT, first);
    model.secret.moveByHand(PENDING, second);
    model.clock.advance(LOOK);
    const old = await orderServed(model, "SUPERSEDED");
    await model.run();
    expect(model.serialOf(CURRENT)).toBe(old);
    expect(revokedBy(model)).toEqual([]);
  });
});

describe("renewCertificates, with an order for the only one that relay has", () => {
  it("revokes it once every replica serves its replacement", async () => {
    const model = await servingRelay({ mode });
    const old = await orderServed(model, "SUPERSEDED");
    model.clock.moveTo(START + WEEK * 0.7);
    model.look("relay-0", "relay-1");
    await model.run();
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    await model.run();
    expect(model.serialOf(CURRENT)).not.toBe(old);
    expect(revokedBy(model)).toEqual([]);
    model.clock.advance(60);
    model.look("relay-0", "relay-1");
    await model.run();
    expect(revokedBy(model)).toEqual([[old, "SUPERSEDED"]]);
  });
});
