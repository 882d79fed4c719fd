import { describe, expect, it } from "vitest";
import type { RevocationTarget } from "../../shared/certificates/revocation.ts";
import { readCertificateArn } from "../../shared/certificates/serial.ts";
import { createModel, type Model } from "../model/brain.ts";
import { linkOf } from "../model/link.ts";
import { orderRevocation, RevokeArguments, type RevokeParts } from "./revoke.ts";

const PERSON = "arn:aws:sts::111122223333:assumed-role/operator/alice";
const WEEK = 604_800;

const linkOfMode = (mode: "short-lived" | "general-purpose", proof: "observed" | "manual" = "observed") =>
  linkOf({ bunny: [{ proof }] }, { certificateAuthority: { commonName: "Test CA", mode } });

/** One certificate that was replaced, and the one that is current. */
async function renewed(link = linkOfMode("general-purpose")) {
  const model = await createModel({ link });
  await model.run();
  model.clock.advance(WEEK * 0.7);
  await model.run();
  const [old, current] = model.authority.issues;
  if (old === undefined || current === undefined) throw new Error("nothing was renewed");
  return { model, old, current };
}

const parts = (model: Model, changes: Partial<RevokeParts> = {}): RevokeParts => ({
  link: model.link,
  journal: model.journal,
  audit: model.audit,
  person: PERSON,
  clock: model.clock.now,
  observe: async () => observe(model, "seen"),
  ...changes,
});

function observe(model: Model, proof: RevocationTarget["proof"]): RevocationTarget {
  const intents = [...model.journal.intents.values()];
  const arn = intents.findLast(({ state }) => state === "merged")?.certificateArn;
  if (arn === undefined) return { current: null, proof: "not-needed" };
  return { current: { serial: readCertificateArn(arn).serial, createdAt: model.clock.now() }, proof };
}

const ordersOf = (model: Model) => [...model.journal.revocations.values()];
const CLIENT = { name: "bunny-client", reason: "key-compromise" } as const;

describe("RevokeArguments", () => {
  it("takes a serial as OpenSSL prints it, in capitals and with colons", () => {
    expect(RevokeArguments.parse({ ...CLIENT, serial: "0A:BC" })).toEqual({ ...CLIENT, serial: "abc" });
  });

  it("takes no other reason, serial or option", () => {
    for (const wrong of [
      { ...CLIENT, reason: "lost" },
      { name: "bunny-client" },
      { ...CLIENT, serial: "0x12" },
      { ...CLIENT, force: true },
    ]) {
      expect(RevokeArguments.safeParse(wrong).success).toBe(false);
    }
  });
});

describe("orderRevocation", () => {
  it("orders the current certificate's when no serial is said, and records who did", async () => {
    const { model, current } = await renewed();
    const { outcome, lines } = await orderRevocation(parts(model), CLIENT);
    expect(outcome).toBe("ordered");
    expect(ordersOf(model)).toEqual([
      {
        serial: current.serial,
        certificate: "bunny-client",
        reason: "KEY_COMPROMISE",
        origin: "person",
        orderedBy: PERSON,
        orderedAt: model.clock.now(),
        // A serial says nothing without its CA.
        certificateArn: [...model.journal.intents.values()].find(
          ({ certificateArn }) =>
            certificateArn !== undefined && readCertificateArn(certificateArn).serial === current.serial,
        )?.certificateArn,
        state: "ordered",
      },
    ]);
    expect(model.audit.changes.at(-1)).toMatchObject({
      kind: "order-revocation",
      target: "bunny-client",
      after: { serial: current.serial },
      actor: PERSON,
    });
    expect(lines[1]).toMatch(/^The next run, within 15 minutes, .* as soon as the new one is merged/);
    expect(lines.at(-1)).toMatch(/only if it checks/);
  });

  it.each([
    ["superseded", "seen", /^The next run revokes it, within 15 minutes/],
    ["superseded", "awaited", /sees its replacement in use/],
    ["key-compromise", "awaited", /^The next run revokes it/],
  ] as const)("says what becomes of a replaced one, %s, its replacement %s", async (reason, proof, said) => {
    const { model, old } = await renewed();
    const observed = parts(model, { observe: async () => observe(model, proof) });
    const asked = { name: "bunny-client", reason, serial: old.serial };
    expect((await orderRevocation(observed, asked)).lines[1]).toMatch(said);
  });

  it("says that what is in use is renewed when it is due, and revoked afterwards", async () => {
    const { model } = await renewed();
    const asked = { name: "bunny-client", reason: "superseded" } as const;
    expect((await orderRevocation(parts(model), asked)).lines[1]).toMatch(/when it is due anyway/);
  });

  it("says that a short-lived one is replaced and left to expire", async () => {
    const { model } = await renewed(linkOfMode("short-lived"));
    const { lines } = await orderRevocation(parts(model), CLIENT);
    expect(lines[1]).toMatch(/replaced without waiting .* good until it ends/);
  });

  it("says what it does with the word of a person, where the proof is left to one", async () => {
    const { model, old } = await renewed(linkOfMode("general-purpose", "manual"));
    const asked = { name: "bunny-client", reason: "superseded", serial: old.serial } as const;
    const manual = parts(model, { observe: async () => observe(model, "manual") });
    expect((await orderRevocation(manual, asked)).lines[1]).toMatch(/^The next run revokes it/);
    const before = { ...manual, clock: () => model.clock.now() - 60 };
    expect((await orderRevocation(before, asked)).lines[1]).toMatch(/^Order it again once/);
  });

  it("does what it says: the next run replaces it and revokes the old one", async () => {
    const { model, current } = await renewed();
    await orderRevocation(parts(model), CLIENT);
    expect((await model.run()).trouble).toEqual([]);
    expect([...model.authority.revoked.entries()]).toEqual([[current.serial, "KEY_COMPROMISE"]]);
  });

  it("raises superseded to key-compromise, and never lowers it", async () => {
    const { model } = await renewed();
    const superseded = { name: "bunny-client", reason: "superseded" } as const;
    await orderRevocation(parts(model), superseded);
    expect((await orderRevocation(parts(model), CLIENT)).outcome).toBe("ordered");
    const { outcome, lines } = await orderRevocation(
      parts(model, { clock: () => model.clock.now() + 60 }),
      superseded,
    );
    expect(outcome).toBe("stands");
    expect(lines).toEqual([expect.stringContaining(`KEY_COMPROMISE, by ${PERSON}`)]);
    expect(ordersOf(model)).toMatchObject([{ reason: "KEY_COMPROMISE" }]);
    expect(model.audit.changes.filter(({ kind }) => kind === "order-revocation")).toHaveLength(2);
  });

  it("says so of what was revoked already", async () => {
    const { model, old } = await renewed();
    const asked = { ...CLIENT, serial: old.serial };
    await orderRevocation(parts(model), asked);
    await model.run();
    const later = parts(model, { clock: () => model.clock.now() + 60 });
    const { outcome, lines } = await orderRevocation(later, asked);
    expect([outcome, lines]).toEqual(["stands", [expect.stringContaining("was revoked already")]]);
  });

  it("orders what is known by its serial while the vault cannot be read", async () => {
    const { model, old } = await renewed();
    const blind = parts(model, { observe: async () => null });
    const { lines } = await orderRevocation(blind, { ...CLIENT, serial: old.serial });
    expect(lines[1]).toMatch(/could not be read now/);
  });
});

describe("orderRevocation, of what it refuses", () => {
  it.each([
    ["a name that the link has not", { ...CLIENT, name: "carrot" }, "the link has no certificate carrot"],
    ["a serial that was never issued", { ...CLIENT, serial: "abc" }, "with the serial abc was issued"],
  ])("throws for %s, and writes nothing", async (_case, asked, message) => {
    const { model } = await renewed();
    const before = model.audit.changes.length;
    await expect(orderRevocation(parts(model), asked)).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining(message),
    });
    expect([ordersOf(model), model.audit.changes.length]).toEqual([[], before]);
  });

  it("throws for what is superseded under a short-lived CA, and says what to do", async () => {
    const { model } = await renewed(linkOfMode("short-lived"));
    const asked = { name: "bunny-client", reason: "superseded" } as const;
    await expect(orderRevocation(parts(model), asked)).rejects.toThrow(/short-lived CA nothing is revoked/);
    expect(ordersOf(model)).toEqual([]);
  });

  it("throws for one that was issued and may be merged at this moment", async () => {
    const { model } = await renewed();
    model.calls.fail({ call: "hand.merge", nth: 1, when: "before", code: "http-500" });
    model.clock.advance(WEEK * 0.7);
    await model.run();
    const serial = model.authority.issues.at(-1)?.serial ?? "";
    await expect(orderRevocation(parts(model), { ...CLIENT, serial })).rejects.toThrow(/not in use yet/);
    expect(ordersOf(model)).toEqual([]);
  });

  it.each([
    ["there is no current one", { current: null, proof: "not-needed" } as const, /has no current version/],
    ["it could not be read", null, /could not be read now/],
  ])("throws when no serial is said and %s", async (_case, target, message) => {
    const { model } = await renewed();
    const observed = parts(model, { observe: async () => target });
    await expect(orderRevocation(observed, CLIENT)).rejects.toThrow(message);
  });
});
