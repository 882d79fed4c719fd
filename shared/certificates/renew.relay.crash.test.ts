/**
 * relay's run dies, or a call fails, at each call that a clean run makes, before its effect and after it. The places
 * are recorded from a clean run, so that a new call is covered by being made.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import type { Call } from "../../local/model/calls.ts";
import { brokenPromises, unaccountedSerials } from "../../local/model/checks.ts";
import { createRelayModel, isServable, leakedKeys, type RelayModel } from "../../local/model/relay.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";

const DUE = START + Math.floor((604_800 * 2) / 3);
const REPLICAS = ["relay-0", "relay-1"];
const WHEN = ["before", "after"] as const;
/** Within the CA's five minutes, and after them. */
const LATER = [30, 900];

const serving = async () => {
  const model = await createRelayModel();
  await model.run();
  model.clock.advance(900);
  model.look(...REPLICAS);
  await model.run();
  return model;
};
const due = async () => {
  const model = await serving();
  model.clock.moveTo(DUE);
  model.look(...REPLICAS);
  return model;
};
const loaded = async () => {
  const model = await due();
  await model.run();
  model.clock.advance(60);
  model.look(...REPLICAS);
  return model;
};

const STAGES = {
  "the first issue": {
    prepare: createRelayModel,
    issues: 1,
    path: ["secret.write", "authority.issue", "secret.move"],
  },
  "a renewal": { prepare: due, issues: 1, path: ["secret.write", "authority.issue", "secret.move"] },
  "a promotion": { prepare: loaded, issues: 0, path: ["replicas.read", "secret.move"] },
} as const;

/** Runs until all that is left to do is done, as schedule and replicas would have it. */
async function settle(model: RelayModel): Promise<string[]> {
  const trouble: string[] = [];
  for (let looks = 0; looks < 3; looks += 1) {
    trouble.push(...(await model.run()).trouble);
    model.clock.advance(60);
    model.look(...REPLICAS);
  }
  return trouble;
}

describe.each(Object.entries(STAGES))("relay's run, in %s", (stage, { prepare, issues, path }) => {
  let calls: readonly Call[];

  beforeAll(async () => {
    const model = await prepare();
    model.calls.forget();
    await model.run();
    calls = [...model.calls.brain];
    process.stdout.write(
      `crash matrix of relay's model, ${stage}: ${calls.length * 2 * LATER.length} cases\n`,
    );
    // Guards the other tests: what they go through is the whole path.
    expect(calls.map(({ name }) => name)).toEqual(expect.arrayContaining([...path]));
  });

  function expectSound(model: RelayModel, place: string): void {
    expect(isServable(model), place).toBe(true);
    expect(brokenPromises(model), place).toEqual([]);
    expect(leakedKeys(model), place).toEqual([]);
  }

  async function expectHealed(model: RelayModel, before: number, most: number, place: string): Promise<void> {
    expect(await settle(model), place).toEqual([]);
    expectSound(model, place);
    expect(model.serialOf(PENDING), place).toBe(model.serialOf(CURRENT));
    expect(unaccountedSerials(model), place).toEqual([]);
    expect([...model.audit.outbox.keys()], place).toEqual([]);
    const promoted = model.audit.changes.filter(({ kind }) => kind === "promote");
    expect(promoted.at(-1)?.after, place).toMatchObject({ serial: model.serialOf(CURRENT) });
    expect(model.authority.issues.length - before, place).toBeLessThanOrEqual(most);
  }

  it.each(LATER)("is healed by the runs %i s after one that died, wherever it died", async (seconds) => {
    for (const [at, { name }] of calls.entries()) {
      for (const when of WHEN) {
        const model = await prepare();
        const before = model.authority.issues.length;
        model.calls.dieAt({ at, when });
        await model.run().catch(() => undefined);
        const place = `${when} ${name} (call ${at})`;
        if (stage !== "the first issue") expectSound(model, place);
        model.clock.advance(seconds);
        model.calls.forget();
        model.look(...REPLICAS);
        // Within the token's life it is the same certificate; after it, a fresh key has one of its own.
        await expectHealed(model, before, seconds === 30 ? issues : 2 * issues, place);
      }
    }
  });

  it("tells the failure of any one call, and is healed by the next runs", async () => {
    for (const [at, { name }] of calls.entries()) {
      const nth = calls.slice(0, at + 1).filter((call) => call.name === name).length;
      for (const when of WHEN) {
        const model = await prepare();
        const before = model.authority.issues.length;
        model.calls.forget();
        model.calls.fail({ call: name, nth, when, code: "InternalFailure" });
        const told = await model.run().then(
          ({ trouble, untold }) => trouble.length + (untold === null ? 0 : 1),
          () => 1,
        );
        const place = `${when} ${name} (no. ${nth})`;
        expect(told, place).toBeGreaterThan(0);
        if (stage !== "the first issue") expectSound(model, place);
        model.clock.advance(30);
        model.calls.forget();
        model.look(...REPLICAS);
        await expectHealed(model, before, issues, place);
      }
    }
  });
});
