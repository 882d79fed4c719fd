/**
 * relay's run dies at each change that a clean run makes, or a call fails, before its effect and after it. The places
 * are recorded from a clean run, so that a new call is covered by being made.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../../local/model/calls.ts";
import { brokenPromises, unaccountedSerials } from "../../local/model/checks.ts";
import { deathPlaces, failurePlaces, tellPlace } from "../../local/model/effects.ts";
import {
  createRelayModel,
  dueRelay,
  isServable,
  leakedKeys,
  type RelayModel,
  stagedRelay,
} from "../../local/model/relay.ts";
import { sampled } from "../../local/property.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";

const REPLICAS = ["relay-0", "relay-1"];
/** Within the CA's five minutes, and after them. */
const LATER = [30, 900];

const loaded = async () => {
  const model = await stagedRelay();
  model.clock.advance(60);
  model.look(...REPLICAS);
  return model;
};

const ISSUE = ["secret.write", "authority.issue", "secret.move"] as const;

const STAGES = {
  "the first issue": { prepare: () => createRelayModel(), serves: false, issues: 1, path: ISSUE },
  "the first issue, where a first version is not made current": {
    prepare: () => createRelayModel({}, "as-asked"),
    serves: false,
    issues: 1,
    path: ISSUE,
  },
  "a renewal": { prepare: () => dueRelay(), serves: true, issues: 1, path: ISSUE },
  "a promotion": { prepare: loaded, serves: true, issues: 0, path: ["replicas.read", "secret.move"] },
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

describe.each(Object.entries(STAGES))("relay's run, in %s", (stage, { prepare, serves, issues, path }) => {
  let calls: readonly Call[];

  beforeAll(async () => {
    const model = await prepare();
    model.calls.forget();
    await model.run();
    calls = [...model.calls.brain];
    const cases = deathPlaces(calls).length * LATER.length + failurePlaces(calls).length;
    process.stdout.write(`crash matrix of relay's model, ${stage}: ${cases} cases\n`);
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
    for (const place of sampled(deathPlaces(calls), 2)) {
      const model = await prepare();
      const before = model.authority.issues.length;
      model.calls.dieAt(place);
      await model.run().catch(() => undefined);
      if (serves) expectSound(model, tellPlace(place));
      model.clock.advance(seconds);
      model.calls.forget();
      model.look(...REPLICAS);
      // Within the token's life it is the same certificate; after it, a fresh key has one of its own.
      await expectHealed(model, before, seconds === 30 ? issues : 2 * issues, tellPlace(place));
    }
  });

  it("tells the failure of any one call, and is healed by the next runs", async () => {
    for (const place of sampled(failurePlaces(calls), 3)) {
      const model = await prepare();
      const before = model.authority.issues.length;
      model.calls.forget();
      model.calls.fail({ call: place.call.name, nth: place.nth, when: place.when, code: "InternalFailure" });
      const told = await model.run().then(
        ({ trouble, untold }) => trouble.length + (untold === null ? 0 : 1),
        () => 1,
      );
      expect(told, tellPlace(place)).toBeGreaterThan(0);
      if (serves) expectSound(model, tellPlace(place));
      model.clock.advance(30);
      model.calls.forget();
      model.look(...REPLICAS);
      await expectHealed(model, before, issues, tellPlace(place));
    }
  });
});
