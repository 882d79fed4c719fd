/**
 * Many certificates due at once, against limits that the model enforces as the clouds do. Time is virtual; sizes are
 * small every day, and the full ones in `npm run soak`.
 */
import { describe, expect, it } from "vitest";
import { createModel, START } from "../../local/model/brain.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { createCrowd } from "../../local/model/crowd.ts";
import { linkOf } from "../../local/model/link.ts";
import { type LoadResult, placesLate, runLoad } from "../../local/model/load.ts";
import { storedPolicy } from "../../local/model/vault-request.ts";
import { sized } from "../../local/property.ts";
import { policyOf } from "./azure-policy.ts";
import { bunnyCertificates } from "./desired.ts";
import { renewBySeconds } from "./lifetime.ts";

const SEED = 20_261_121;
const TIMEOUT_MS = sized(60_000, 600_000);
/**
 * Five vaults make as many keys a second as the CA signs, so that each limit is always reached; and this many need two
 * runs of that time, of which a minute is kept.
 */
const MANY = sized(
  { certificates: 110, vaults: 5, timeLimitMs: 80_000 },
  { certificates: 1_000, vaults: 5, timeLimitMs: 200_000 },
);
const many = { ...MANY, issuePerSecond: 5, seed: SEED, runsMax: 6 };

function byVault({ order }: LoadResult) {
  return [...Map.groupBy(order, ({ vault }) => vault).values()];
}

describe("renewCertificates, with many due at once", () => {
  it(
    "stops in time, goes on in the next run, and signs each once, in the order of its deadlines",
    async () => {
      const load = await runLoad({ ...many, throttled: 0 });
      expect(load.runs.length).toBeGreaterThan(1);
      for (const { durationMs } of load.runs) expect(durationMs).toBeLessThanOrEqual(MANY.timeLimitMs);
      expect(load.runs.at(-1)?.postponed).toBe(0);
      expect(load.runs.flatMap(({ trouble }) => trouble)).toEqual([]);
      expect(load.model.authority.issues).toHaveLength(MANY.certificates);
      // Not one call was throttled: the pace is the brain's own.
      expect(load.issueCalls).toEqual({ taken: MANY.certificates, reached: MANY.certificates });
      for (const order of byVault(load)) expect(placesLate(order)).toBe(0);
      for (const { certificate } of load.order) expect(isUsable(load.model, certificate)).toBe(true);
      expect(brokenPromises(load.model)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "is in no trouble when one call in ten is throttled, and has the CA sign no more than a twentieth too often",
    async () => {
      const load = await runLoad({ ...many, throttled: 0.1 });
      const { taken, reached } = load.issueCalls;
      process.stdout.write(
        `${MANY.certificates} certificates: the CA took ${taken} calls to sign of ${reached}\n`,
      );
      for (const { durationMs } of load.runs) expect(durationMs).toBeLessThanOrEqual(MANY.timeLimitMs);
      expect(load.runs.at(-1)?.postponed).toBe(0);
      expect(load.runs.flatMap(({ trouble }) => trouble)).toEqual([]);
      expect(load.model.authority.issues).toHaveLength(MANY.certificates);
      expect(taken).toBeLessThanOrEqual(1.05 * MANY.certificates);
      // Each throttled call is made once again, at a pace that brings no throttles of its own; the share of those by
      // chance is drawn, within three standard deviations of a tenth.
      expect(reached - taken).toBeLessThanOrEqual(reached * 0.1 + 3 * Math.sqrt(reached * 0.1 * 0.9));
      // One that is throttled again and again rests for 15 seconds, while its vault makes that many others; and what
      // is under way at once may overtake.
      for (const order of byVault(load)) expect(placesLate(order)).toBeLessThanOrEqual(15 + 50 / MANY.vaults);
      for (const { certificate } of load.order) expect(isUsable(load.model, certificate)).toBe(true);
      expect(brokenPromises(load.model)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "uses the CA's quota while there is work, when requests wait in the vaults",
    async () => {
      const certificates = sized(120, 3_000);
      const load = await runLoad({
        ...{ certificates, vaults: 10, issuePerSecond: 25, seed: SEED },
        ...{ state: "pending", throttled: 0, timeLimitMs: 300_000, runsMax: 1 },
      });
      expect(load.model.authority.issues).toHaveLength(certificates);
      expect(load.quotaUsed).toBeGreaterThanOrEqual(0.95);
      expect(load.issueCalls.reached).toBe(certificates);
    },
    TIMEOUT_MS,
  );

  it(
    "looks at ten thousand of which none is due well within its time",
    async () => {
      const certificates = sized(400, 10_000);
      const { model } = await createCrowd({
        ...{ certificates, vaults: 20, issuePerSecond: 25, seed: SEED, state: "fresh" },
      });
      const startedMs = model.clock.nowMs();
      const { trouble, outcomes } = await model.run();
      expect(trouble).toEqual([]);
      expect(outcomes).toHaveLength(certificates);
      // Thirty batches of twenty a second, and the searches for the use of each in relay's log for as long as there is
      // time: five a second.
      const observing = certificates / 20 / 30 + 1;
      const searching = certificates / 5;
      expect(model.clock.nowMs() - startedMs).toBeLessThan(Math.min(observing + searching, 300) * 1_000);
    },
    TIMEOUT_MS,
  );
});

describe("renewCertificates, throttled", () => {
  const WEEK = 604_800;
  const DUE = START + renewBySeconds(WEEK, 2 / 3);

  async function due() {
    const model = await createModel();
    await model.run();
    model.clock.moveTo(DUE);
    model.calls.forget();
    return model;
  }
  const throttled = { when: "before", code: "ThrottlingException", throttled: true } as const;

  it.each([
    "authority.observe",
    "authority.issue",
    "authority.read",
    "journal.read-standing",
    "journal.read-intent",
    "journal.intend",
    "journal.mark",
    "audit.record",
    "token",
    "hand.observe",
    "hand.request",
    "hand.merge",
    "vault.read-certificate",
    "vault.read-request",
    "vault.create-request",
    "vault.merge",
  ] as const)("makes a throttled %s again, in the same run", async (call) => {
    const model = await due();
    model.calls.fail({ ...throttled, call, nth: 1 }, { ...throttled, call, nth: 2 });
    const report = await model.run();
    expect(report.trouble).toEqual([]);
    expect(report.outcomes).toMatchObject([{ outcome: "settled" }]);
    expect(model.authority.issues).toHaveLength(2);
    expect(model.vault.entries.get("bunny-client")?.versions).toHaveLength(2);
    expect(brokenPromises(model)).toEqual([]);
  });

  it("leaves it to the next run, without trouble, when it is throttled for as long as there is time", async () => {
    const model = await due();
    model.calls.fail({ ...throttled, call: "authority.issue" });
    const startedMs = model.clock.nowMs();
    expect(await model.run()).toMatchObject({
      outcomes: [{ outcome: "postponed", reason: "throttled", late: false }],
      trouble: [],
    });
    expect(model.clock.nowMs() - startedMs).toBeLessThanOrEqual(300_000);
    model.calls.forget();
    model.clock.advance(900);
    expect((await model.run()).outcomes).toMatchObject([{ outcome: "settled" }]);
  });

  it("is in trouble when it is throttled still and late", async () => {
    const model = await due();
    model.clock.moveTo(START + WEEK - WEEK / 6 + 1);
    model.calls.fail({ ...throttled, call: "vault.create-request" });
    expect((await model.run()).trouble).toEqual([
      "bunny-client: postponed, and late: a cloud throttled it for as long as there was time",
    ]);
  });

  it("is in trouble when a certificate could never be read, for nobody can tell that it is not late", async () => {
    const model = await due();
    model.calls.fail({ ...throttled, call: "vault.read-certificate" });
    expect((await model.run()).trouble).toEqual([
      "bunny-client: vault.read-certificate failed, ThrottlingException",
    ]);
  });

  it("does not hold up one vault's certificates for those of another that makes no keys", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `slow-${index}`);
    const link = linkOf({
      slow: names.map((name) => ({ name, lifetime: "6 days" })),
      quick: [{ name: "quick" }],
    });
    const model = await createModel({ link });
    const inSlow = new Set(names);
    model.calls.weather = ({ name, target }) =>
      name === "vault.create-request" && inSlow.has(target)
        ? { code: "Throttled", throttled: true }
        : undefined;
    await model.run();
    const [version] = model.vaults.get("quick")?.entries.get("quick")?.versions ?? [];
    expect(version).toBeDefined();
    expect(version?.createdAt).toBeLessThanOrEqual(START + 15);
  });

  it("decides anew when its turn comes: what was asked for too long ago is not asked for again", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `early-${index}`);
    const certificateAuthority = { commonName: "Test CA", mode: "short-lived", issuePerSecond: 1 } as const;
    const bunnies = { other: names.map((name) => ({ name })), one: [{ name: "resumed" }] };
    const model = await createModel({ link: linkOf(bunnies, { certificateAuthority }) });
    // It is signed, but the answer is lost; of the others there is only a request, made by a person.
    const isOther = new Set(names);
    model.calls.weather = ({ name, target }) =>
      name === "vault.read-request" && isOther.has(target) ? { code: "Forbidden" } : undefined;
    model.calls.fail({ call: "authority.issue", when: "after", code: "unreachable" });
    await model.run();
    expect([...model.journal.intents.values()]).toMatchObject([
      { certificate: "resumed", state: "intended" },
    ]);
    model.calls.forget();
    model.calls.weather = () => undefined;
    const [{ identity, key } = raise(), ...others] = bunnyCertificates(model.link);
    const policy = storedPolicy(policyOf({ identity, key, purpose: "client" }));
    expect(others).toHaveLength(names.length);
    for (const name of names) await model.vaults.get("other")?.requestByHand(name, policy);

    // At this moment it could be asked for again; after 50 others, at one a second, it is too late for that.
    model.clock.moveTo(START + 230);
    const { outcomes } = await model.run();
    const changes = ["drop-request", "request", "sign-and-merge"];
    expect(outcomes).toContainEqual(expect.objectContaining({ certificate: "resumed", changes }));
    expect(brokenPromises(model)).toEqual([]);
  });
});

function raise(): never {
  throw new Error("the link has no certificate");
}
