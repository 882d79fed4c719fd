/**
 * The run dies at each change that a clean run makes, or a call fails, before its effect and after it. The places
 * are not written here but recorded, so that a new call is covered by being made.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import type { Call } from "../../local/model/calls.ts";
import { brokenPromises, isUsable, unaccountedSerials } from "../../local/model/checks.ts";
import { deathPlaces, failurePlaces, tellPlace } from "../../local/model/effects.ts";
import { createMortalModel } from "../../local/model/mortal-hand.ts";
import { storedPolicy } from "../../local/model/vault-request.ts";
import { sampled } from "../../local/property.ts";
import { Serial } from "./schema.ts";

const DUE = START + Math.floor((604_800 * 2) / 3);
const NO_CAUSE = "InternalFailure";
/** Within the CA's five minutes, and after them. */
const LATER = [30, 900];

const FOREIGN = storedPolicy({ x509_props: { subject: "CN=somebody" }, key_props: { kty: "EC" } });

const renewed = async () => {
  const model = await createMortalModel();
  await model.run();
  return model;
};

const STAGES = {
  "the first issue": { prepare: createMortalModel, adds: 1, holds: false },
  "a renewal": {
    prepare: async () => {
      const model = await renewed();
      model.clock.moveTo(DUE);
      return model;
    },
    adds: 1,
    holds: true,
  },
  "a renewal that finds a foreign request": {
    prepare: async () => {
      const model = await renewed();
      model.clock.moveTo(DUE);
      await model.vault.requestByHand("bunny-client", FOREIGN);
      return model;
    },
    adds: 1,
    holds: true,
  },
  "a renewal that a person asked for": {
    prepare: async () => {
      const model = await renewed();
      const serial = Serial.parse(model.authority.issues[0]?.serial);
      model.usage.accept(serial, model.clock.now());
      await model.run();
      model.clock.advance(3_600);
      model.journal.asks.set("bunny-client", {
        ...{ name: "bunny-client", serial, actor: "alice", at: model.clock.now() },
      });
      return model;
    },
    adds: 1,
    holds: true,
  },
  "the first sight of a certificate in use": {
    prepare: async () => {
      const model = await renewed();
      const [issue] = model.authority.issues;
      model.usage.accept(Serial.parse(issue?.serial), model.clock.now());
      return model;
    },
    adds: 0,
    holds: true,
  },
} as const;

/** What happened in the clouds; the rest of a run only looks. */
const WHOLE_PATH = [
  "hand.request",
  "vault.create-request",
  "journal.intend",
  "authority.issue",
  "journal.mark",
  "hand.merge",
  "vault.merge",
];

const versionsOf = (model: Model) => model.vault.entries.get("bunny-client")?.versions.length ?? 0;

describe.each(Object.entries(STAGES))("renewCertificates, in %s", (stage, { prepare, adds, holds }) => {
  let calls: { readonly brain: readonly Call[]; readonly vault: readonly Call[] };

  beforeAll(async () => {
    const model = await prepare();
    model.calls.forget();
    await model.run();
    calls = { brain: [...model.calls.brain], vault: [...model.calls.vault] };
    const all = [calls.brain, calls.vault];
    const deaths = all.flatMap(deathPlaces).length * LATER.length;
    const cases = deaths + all.flatMap(failurePlaces).length;
    process.stdout.write(`crash matrix of the model, ${stage}: ${cases} cases\n`);
    // Guards the other tests: what they go through is the whole path.
    const made = [...calls.brain, ...calls.vault].map(({ name }) => name);
    expect(made).toEqual(expect.arrayContaining(adds === 1 ? WHOLE_PATH : ["journal.mark-seen"]));
  });

  /** What a run so many seconds later makes of it. */
  async function expectHealed(
    model: Model,
    before: { readonly issues: number; readonly versions: number },
    seconds: number,
    place: string,
  ): Promise<void> {
    if (holds) expect(isUsable(model), place).toBe(true);
    model.clock.advance(seconds);
    model.calls.forget();
    expect((await model.run()).trouble, place).toEqual([]);
    expect(isUsable(model), place).toBe(true);
    expect(versionsOf(model), place).toBe(before.versions + adds);
    expect(model.vault.entries.get("bunny-client")?.request?.status, place).not.toBe("in-progress");
    expect(brokenPromises(model), place).toEqual([]);
    expect(unaccountedSerials(model), place).toEqual([]);
    expect([...model.audit.outbox.keys()], place).toEqual([]);
    expect([...model.journal.asks.keys()], place).toEqual([]);
    // Within the token's life it is the same certificate; after it, a fresh key has one of its own.
    const most = seconds === 30 ? adds : 2 * adds;
    expect(model.authority.issues.length - before.issues, place).toBeLessThanOrEqual(most);
  }

  it.each(LATER)("is healed by a run %i s after one that died, wherever it died", async (seconds) => {
    for (const place of deathPlaces(calls.brain)) {
      const model = await prepare();
      const before = { issues: model.authority.issues.length, versions: versionsOf(model) };
      model.calls.dieAt(place);
      await model.run().catch(() => undefined);
      await expectHealed(model, before, seconds, tellPlace(place));
    }
  });

  it.each(LATER)(
    "is healed by a run %i s after one whose Function died, wherever it died",
    async (seconds) => {
      for (const place of deathPlaces(calls.vault)) {
        const model = await prepare();
        const before = { issues: model.authority.issues.length, versions: versionsOf(model) };
        model.calls.forget();
        model.endHandAt(place);
        const { trouble } = await model.run();
        expect(trouble, tellPlace(place)).toHaveLength(1);
        await expectHealed(model, before, seconds, tellPlace(place));
      }
    },
  );

  it("tells the failure of any one call, and is healed by the next run", async () => {
    for (const place of sampled([calls.brain, calls.vault].flatMap(failurePlaces), 2)) {
      const model = await prepare();
      const before = { issues: model.authority.issues.length, versions: versionsOf(model) };
      model.calls.forget();
      model.calls.fail({ call: place.call.name, nth: place.nth, when: place.when, code: NO_CAUSE });
      const told = await model.run().then(
        // Changes that are not told yet are told by the next run, and no trouble until that goes on for long.
        ({ trouble, untold }) => trouble.length + (untold === null ? 0 : 1),
        () => 1,
      );
      expect(told, tellPlace(place)).toBe(1);
      await expectHealed(model, before, 30, tellPlace(place));
    }
  });
});

describe("renewCertificates, when it died between signature and merge", () => {
  it("merges the very certificate that was signed", async () => {
    const model = await createModel();
    const clean = await createModel();
    await clean.run();
    const at = clean.calls.brain.findIndex(({ name }) => name === "authority.issue");
    model.calls.dieAt({ at, when: "after" });
    await model.run().catch(() => undefined);
    model.clock.advance(60);
    model.calls.forget();
    await model.run();
    expect(model.authority.issues).toHaveLength(1);
    expect(model.journal.intents.size).toBe(1);
    expect(model.calls.count("journal.intend")).toBe(0);
    expect(isUsable(model)).toBe(true);
  });

  it("gives up the key, and notes that its certificate is unknown, when the token has ended", async () => {
    const model = await createModel();
    const clean = await createModel();
    await clean.run();
    const at = clean.calls.brain.findIndex(({ name }) => name === "authority.issue");
    model.calls.dieAt({ at, when: "after" });
    await model.run().catch(() => undefined);
    model.clock.advance(240);
    model.calls.forget();
    const report = await model.run();
    expect(report.outcomes).toMatchObject([{ changes: ["drop-request", "request", "sign-and-merge"] }]);
    expect([...model.journal.intents.values()].map(({ state }) => state)).toEqual([
      "outcome-unknown",
      "merged",
    ]);
    expect(brokenPromises(model)).toEqual([]);
  });
});
