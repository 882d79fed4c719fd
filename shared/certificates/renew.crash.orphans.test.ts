/**
 * Under a CA that revokes, a run dies at each change that it makes, or the function that notes what was issued does:
 * in the end whatever was signed is in the vault or revoked, and what is in use never is.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { createModel, type Model } from "../../local/model/brain.ts";
import { brokenPromises, isUsable, unaccountedSerials } from "../../local/model/checks.ts";
import { deathPlaces, type Place, tellPlace } from "../../local/model/effects.ts";
import { inUse, linkOfMode, newestOf, ordersOf, revokedBy, use, WEEK } from "../../local/model/revoking.ts";
import { noteIssued } from "./note-issued.ts";
import { ORPHAN_REST_SECONDS } from "./revocation.ts";

const link = linkOfMode("general-purpose");

/** The function that notes what was issued is started by each event, and again when it failed. */
async function note(model: Model, certificateArn: string): Promise<void> {
  const invocation = { actor: "note-issued-certificate", requestId: "invocation-of-note" };
  await noteIssued(
    { ...model.brain(), invocation },
    {
      source: "aws.acm-pca",
      "detail-type": "ACM Private CA Certificate Issuance",
      resources: [model.authority.arn, certificateArn],
      detail: { result: "success" },
    },
  );
}
const noteAll = async (model: Model) => {
  for (const { arn } of model.authority.issues) await note(model, arn);
};

/** As long as it takes for an orphan to be revoked, with a certificate that is seen in use. */
async function runOn(model: Model): Promise<void> {
  await use(model);
  model.clock.advance(ORPHAN_REST_SECONDS);
  await model.run();
}

/** Issued, not merged, and its request is gone. */
async function orphaned() {
  const model = await createModel({ link });
  model.calls.fail({ call: "hand.merge", nth: 1, when: "before", code: "http-500" });
  await model.run();
  await model.vault.dropRequest("bunny-client", "whichever");
  model.calls.forget();
  return model;
}

/** Ordered, and nothing but the time stands in the way of its revocation. */
async function resting() {
  const model = await orphaned();
  await model.run();
  await use(model);
  model.clock.advance(ORPHAN_REST_SECONDS);
  model.calls.forget();
  return model;
}

/** The run dies with the CA's answer on the way: the CA alone knows what it has signed. */
async function unnoted() {
  const clean = await createModel({ link });
  await clean.run();
  const at = clean.calls.brain.findIndex(({ name }) => name === "authority.issue");
  const model = await createModel({ link });
  model.calls.dieAt({ at, when: "after" });
  await model.run().catch(() => undefined);
  model.calls.forget();
  return model;
}

/** The next run came too late for the same certificate, and the event comes only now. */
async function givenUp() {
  const model = await unnoted();
  model.clock.advance(900);
  await model.run();
  model.calls.forget();
  return model;
}

const mergedBy = (model: Model) =>
  model.audit.changes.filter(({ kind }) => kind === "merge").map(({ after }) => after?.["serial"]);

function expectSound(model: Model, place: string): void {
  expect(isUsable(model), place).toBe(true);
  expect(brokenPromises(model), place).toEqual([]);
  expect(unaccountedSerials(model), place).toEqual([]);
  expect([...model.audit.outbox.keys()], place).toEqual([]);
  const merged = mergedBy(model);
  const revoked = revokedBy(model).map(([serial]) => serial);
  for (const { serial } of model.authority.issues)
    expect([merged.includes(serial), revoked.includes(serial)], `${place}: ${serial}`).toContain(true);
  expect(revoked, place).not.toContain(newestOf(model).serial);
  const ordered = model.audit.changes.filter(({ kind }) => kind === "order-revocation");
  expect(ordered.map(({ after }) => after?.["serial"]).toSorted(), place).toEqual(
    ordersOf(model)
      .map(({ serial }) => serial)
      .toSorted(),
  );
}

const STAGES = {
  "the first issue": { prepare: () => createModel({ link }), path: ["authority.issue", "hand.merge"] },
  "a renewal": {
    prepare: async () => {
      const model = await inUse({ link });
      model.clock.advance(WEEK * 0.7);
      model.calls.forget();
      return model;
    },
    path: ["authority.issue", "hand.merge"],
  },
  "a request that finds an orphan": {
    prepare: orphaned,
    path: ["journal.order-revocation", "authority.issue", "hand.merge"],
  },
  "the revocation of an orphan": { prepare: resting, path: ["authority.revoke", "journal.close-revocation"] },
} as const;

describe.each(Object.entries(STAGES))("under a CA that revokes, in %s", (stage, { prepare, path }) => {
  let places: readonly Place[] = [];
  beforeAll(async () => {
    const model = await prepare();
    await model.run();
    places = deathPlaces(model.calls.brain);
    process.stdout.write(`crash matrix of orphans, ${stage}: ${places.length * 2} cases\n`);
    // Guards the other tests: what they go through is the whole path.
    expect(places.map(({ call }) => call.name)).toEqual(expect.arrayContaining([...path]));
  });

  it.each(["before", "after"] as const)(
    "all that was signed is merged or revoked in the end, when the events come %s the next run",
    async (when) => {
      for (const death of places) {
        const model = await prepare();
        model.calls.dieAt(death);
        await model.run().catch(() => undefined);
        model.calls.forget();
        if (when === "before") await noteAll(model);
        model.clock.advance(900);
        expect((await model.run()).trouble, tellPlace(death)).toEqual([]);
        if (when === "after") await noteAll(model);
        await runOn(model);
        expectSound(model, tellPlace(death));
      }
    },
  );
});

const NOTED = {
  "a run that died": { prepare: unnoted, path: ["audit.record", "journal.note-issued"] },
  "a signature that was given up": {
    prepare: givenUp,
    path: ["audit.record", "journal.note-issued", "journal.order-revocation"],
  },
} as const;

describe.each(Object.entries(NOTED))("noteIssued, of %s", (_stage, { prepare, path }) => {
  it("is healed by its next invocation, wherever it died", async () => {
    const clean = await prepare();
    const [issue] = clean.authority.issues;
    await note(clean, issue?.arn ?? "");
    const places = deathPlaces(clean.calls.brain);
    // Guards what follows: this is the whole path.
    expect(places.map(({ call }) => call.name)).toEqual(expect.arrayContaining([...path]));
    for (const death of places) {
      const model = await prepare();
      const [lost] = model.authority.issues;
      model.calls.dieAt(death);
      await note(model, lost?.arn ?? "").catch(() => undefined);
      model.calls.forget();
      await noteAll(model);
      const place = tellPlace(death);
      const issues = model.audit.changes.filter(({ kind }) => kind === "issue");
      expect(
        issues.map(({ after }) => after?.["certificateArn"]),
        place,
      ).toContain(lost?.arn);
      model.clock.advance(60);
      expect((await model.run()).trouble, place).toEqual([]);
      await runOn(model);
      expectSound(model, place);
    }
  });
});
