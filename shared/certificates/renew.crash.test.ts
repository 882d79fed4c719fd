/**
 * The run dies, or a call fails, at each call that a clean run makes, before its effect and after it. The places
 * are not written here but recorded, so that a new call is covered by being made.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import type { Call } from "../../local/model/calls.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";

const DUE = START + Math.floor((604_800 * 2) / 3);
const NO_CAUSE = "InternalFailure";
const WHEN = ["before", "after"] as const;
/** Within the CA's five minutes, and after them. */
const LATER = [30, 900];

const STAGES = {
  "the first issue": async () => await createModel(),
  "a renewal": async () => {
    const model = await createModel();
    await model.run();
    model.clock.moveTo(DUE);
    model.calls.forget();
    return model;
  },
} as const;

const versionsOf = (model: Model) => model.vault.entries.get("bunny-client")?.versions.length ?? 0;
const isChange = ({ name }: Call) => !/read|observe|token|usage/.test(name);

describe.each(Object.entries(STAGES))("renewCertificates, in %s", (stage, prepare) => {
  let calls: { readonly brain: readonly Call[]; readonly vault: readonly Call[] };

  beforeAll(async () => {
    const model = await prepare();
    await model.run();
    calls = { brain: [...model.calls.brain], vault: [...model.calls.vault] };
    // Guards the other tests: what they go through is the whole path.
    expect(calls.brain.filter(isChange).map(({ name }) => name)).toEqual([
      "hand.request",
      "journal.intend",
      "authority.issue",
      "journal.mark",
      "hand.merge",
      "journal.mark",
    ]);
    expect(calls.vault.filter(isChange).map(({ name }) => name)).toEqual([
      "vault.create-request",
      "vault.merge",
    ]);
  });

  it.each(LATER)("is healed by a run %i s after one that died, wherever it died", async (seconds) => {
    for (const [at, { name }] of calls.brain.entries()) {
      for (const when of WHEN) {
        const model = await prepare();
        const [issues, versions] = [model.authority.issues.length, versionsOf(model)];
        model.calls.dieAt({ at, when });
        await model.run().catch(() => undefined);
        const place = `${when} ${name} (call ${at})`;
        if (stage === "a renewal") expect(isUsable(model), place).toBe(true);

        model.clock.advance(seconds);
        model.calls.forget();
        expect((await model.run()).trouble, place).toEqual([]);
        expect(isUsable(model), place).toBe(true);
        expect(versionsOf(model), place).toBe(versions + 1);
        expect(brokenPromises(model), place).toEqual([]);
        // Within the token's life it is the same certificate; after it, a fresh key has one of its own.
        const most = seconds === 30 ? 1 : 2;
        expect(model.authority.issues.length - issues, place).toBeLessThanOrEqual(most);
      }
    }
  });

  it("tells the failure of any one call, and is healed by the next run", async () => {
    for (const [names, half] of [
      [calls.brain, "brain"],
      [calls.vault, "vault"],
    ] as const) {
      for (const [index, { name }] of names.entries()) {
        const nth = names.slice(0, index + 1).filter((call) => call.name === name).length;
        for (const when of WHEN) {
          const model = await prepare();
          const versions = versionsOf(model);
          model.calls.fail({ call: name, nth, when, code: NO_CAUSE });
          const told = await model.run().then(
            ({ trouble }) => trouble.length,
            () => 1,
          );
          const place = `${half}: ${when} ${name} (no. ${nth})`;
          expect(told, place).toBe(1);
          if (stage === "a renewal") expect(isUsable(model), place).toBe(true);

          model.clock.advance(30);
          model.calls.forget();
          expect((await model.run()).trouble, place).toEqual([]);
          expect(isUsable(model), place).toBe(true);
          expect(versionsOf(model), place).toBe(versions + 1);
          expect(brokenPromises(model), place).toEqual([]);
        }
      }
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
    await model.run();
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
    await model.run();
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
