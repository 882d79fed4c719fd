/**
 * Two runs at once, two links with one CA, halves that do not fit. The first run stands still at each of its calls in
 * turn, those of the vault among them, while another one goes from its beginning to its end; and schedules are drawn.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createModel, type Model } from "../../local/model/brain.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { linkOf } from "../../local/model/link.ts";
import { DUE, runApart, runTogether } from "../../local/model/together.ts";
import { randomFrom } from "../../local/model/weather.ts";
import { runs, sampled, sized } from "../../local/property.ts";
import type { RunReport } from "./report.ts";

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

const versionsOf = (model: Model, name = "bunny-client") =>
  [...model.vaults.values()].flatMap((vault) => vault.entries.get(name)?.versions ?? []).length;
const isWaiting = ({ vault }: Model) => vault.entries.get("bunny-client")?.request?.status === "in-progress";

describe.each(Object.entries(STAGES))("two runs at once, in %s", (_stage, prepare) => {
  let calls = 0;
  let names: readonly string[] = [];

  beforeAll(async () => {
    const model = await prepare();
    await runApart(model);
    names = [...model.calls.brain, ...model.calls.vault].map(({ name }) => name);
    calls = names.length;
    // Guards the other tests: what they go through is the whole path.
    for (const name of ["vault.create-request", "authority.issue", "vault.merge"])
      expect(names).toContain(name);
  });

  it("issue once, wherever the one stands still while the other does everything", async () => {
    for (let at = 0; at < calls; at += 1) {
      // After one call of a process it is before the next one.
      for (const when of sized(["before"] as const, ["before", "after"] as const)) {
        const model = await prepare();
        const [issues, versions] = [model.authority.issues.length, versionsOf(model)];
        let other: RunReport | undefined;
        const until = async () => {
          other = await runApart(model);
        };
        const report = await runApart(model, { at, when, until });
        const place = `${when} call ${at}`;
        expect(other, place).toBeDefined();
        expect([report.trouble, other?.trouble], place).toEqual([[], []]);
        expect(model.authority.issues.length - issues, place).toBe(1);
        expect(versionsOf(model) - versions, place).toBe(1);
        expect(isUsable(model), place).toBe(true);
        expect(isWaiting(model), place).toBe(false);
        expect(brokenPromises(model), place).toEqual([]);
      }
    }
  });

  /** A Lambda lives for five minutes, and a call of the CA stands for a token that ends after as many. */
  it.each([30, 200, 250, 299])(
    "lose no request and sign no CSR twice when the one stands still for %i s",
    async (seconds) => {
      for (const at of sampled([...Array(calls).keys()], 3)) {
        const model = await prepare();
        const versions = versionsOf(model);
        const until = async () => {
          model.clock.advance(seconds);
          await runApart(model);
        };
        await runApart(model, { at, when: "before", until }).catch(() => undefined);
        const place = `call ${at}`;
        model.clock.advance(900);
        expect((await runApart(model)).trouble, place).toEqual([]);
        expect(versionsOf(model) - versions, place).toBe(1);
        expect(isUsable(model), place).toBe(true);
        expect(isWaiting(model), place).toBe(false);
        expect(brokenPromises(model), place).toEqual([]);
      }
    },
  );
});

describe("many runs at once", () => {
  it(
    "issue each certificate once, whatever their calls' order",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            seed: fc.nat(),
            slowestMs: fc.integer({ min: 1, max: 2_000 }),
            processes: fc.integer({ min: 2, max: 4 }),
            stage: fc.constantFrom("first" as const, "renewal" as const),
          }),
          async (drawn) => {
            const certificates = ["a", "b", "c"];
            const { model, reports, signed } = await runTogether({ certificates, ...drawn });
            for (const { trouble } of reports) expect(trouble).toEqual([]);
            const versions = drawn.stage === "renewal" ? 2 : 1;
            for (const name of certificates) expect(versionsOf(model, name), name).toBe(versions);
            expect(signed).toBe(certificates.length);
            expect(brokenPromises(model)).toEqual([]);
          },
        ),
        runs(60),
      );
    },
    sized(60_000, 3_600_000),
  );
});

describe("two links with one CA", () => {
  it("each have their own certificate signed, though it has the same name, at the same time", async () => {
    const one = await createModel({ link: linkOf({ bunny: [{}] }, { name: "one-link" }) });
    const other = await createModel({ link: linkOf({ bunny: [{}] }, { name: "other-link" }), beside: one });
    const random = randomFrom(1);
    one.calls.durationOf = () => Math.ceil(random() * 1_000);
    const reports = await Promise.all([runApart(one), runApart(other)]);
    expect(reports.map(({ trouble }) => trouble)).toEqual([[], []]);
    expect(one.authority.issues).toHaveLength(2);
    expect([isUsable(one), isUsable(other)]).toEqual([true, true]);
    expect([...one.journal.intents.keys()]).not.toEqual([...other.journal.intents.keys()]);
    expect([...brokenPromises(one), ...brokenPromises(other)]).toEqual([]);
  });

  it("go on when together they ask for more than the CA's quota", async () => {
    const names = Array.from({ length: 8 }, (_, index) => ({ name: `certificate-${index}` }));
    const certificateAuthority = { commonName: "Test CA", mode: "short-lived", issuePerSecond: 2 } as const;
    const bunnies = { one: names.slice(0, 4), two: names.slice(4) };
    const one = await createModel({ link: linkOf(bunnies, { name: "one-link", certificateAuthority }) });
    const other = await createModel({
      link: linkOf(bunnies, { name: "other-link", certificateAuthority }),
      beside: one,
    });
    let startedMs: number[] = [];
    one.calls.weather = ({ name }, nowMs) => {
      if (name !== "authority.issue") return undefined;
      startedMs = startedMs.filter((at) => at > nowMs - 1_000);
      if (startedMs.length >= 2) return { code: "ThrottlingException", throttled: true };
      startedMs.push(nowMs);
      return undefined;
    };
    const reports = await Promise.all([runApart(one), runApart(other)]);
    expect(reports.map(({ trouble }) => trouble)).toEqual([[], []]);
    expect(one.calls.count("authority.issue")).toBeGreaterThan(16);
    expect(one.authority.issues).toHaveLength(16);
    expect([...brokenPromises(one), ...brokenPromises(other)]).toEqual([]);
  });
});

describe("a hand that does not fit", () => {
  const UNFIT = {
    "of another link": (model: Model) => {
      model.deployed.hand = "0".repeat(64);
    },
    "of another version": (model: Model) => {
      model.deployed.handIsOlder = true;
    },
  } as const;
  const deployAgain = (model: Model) => {
    model.deployed.hand = model.deployed.brain;
    model.deployed.handIsOlder = false;
  };

  it.each(Object.entries(UNFIT))(
    "%s, from any call of a run on, has nothing dropped and nothing lost, and is named",
    async (_name, deploy) => {
      const clean = await STAGES["a renewal"]();
      await runApart(clean);
      const total = clean.calls.brain.length + clean.calls.vault.length;
      let named = 0;
      for (const at of sampled([...Array(total).keys()], 2)) {
        const model = await STAGES["a renewal"]();
        const until = async () => deploy(model);
        const { trouble } = await runApart(model, { at, when: "before", until });
        const place = `from call ${at} on`;
        if (trouble.length > 0) {
          named += 1;
          expect(trouble, place).toEqual(["bunny-client: refused, other-link"]);
        }
        expect(isUsable(model), place).toBe(true);
        const request = model.vault.entries.get("bunny-client")?.request;
        const signed = model.authority.issues.length;

        // While it lasts, each run says so, and leaves everything as it is.
        model.calls.forget();
        expect((await runApart(model)).trouble, place).toEqual(["bunny-client: refused, other-link"]);
        expect(model.vault.entries.get("bunny-client")?.request, place).toBe(request);
        expect(model.authority.issues, place).toHaveLength(signed);
        expect(model.calls.count("vault.drop-request"), place).toBe(0);

        deployAgain(model);
        model.clock.advance(60);
        expect((await runApart(model)).trouble, place).toEqual([]);
        expect(versionsOf(model), place).toBe(2);
        expect(model.authority.issues, place).toHaveLength(2);
        expect(brokenPromises(model), place).toEqual([]);
      }
      expect(named).toBeGreaterThan(0);
    },
  );
});
