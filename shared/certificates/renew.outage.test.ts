/**
 * Every cloud is away for a minute, an hour, a day or a month, across the instant at which a renewal is due: wherever
 * that outage begins, in the middle of a run too, the certificate is renewed by the first run after it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createModel, type Model, START } from "../../local/model/brain.ts";
import type { CallName } from "../../local/model/calls.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { linkOf, linkWith } from "../../local/model/link.ts";
import { outage } from "../../local/model/weather.ts";
import { runs, sized } from "../../local/property.ts";
import { toIso } from "../runtime/instant.ts";

const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];
const DUE = START + (7 * DAY * 2) / 3;

const NAMES = ["the CA", "the table", "STS", "the Function", "the vault"] as const;
type Service = (typeof NAMES)[number];
const SERVICES: Readonly<Record<Service, readonly CallName[]>> = {
  "the CA": ["authority.observe", "authority.issue", "authority.read"],
  "the table": [
    "journal.read-standing",
    "journal.read-intent",
    "journal.read-intents",
    "journal.intend",
    "journal.mark",
    "journal.mark-seen",
    "audit.record",
    "audit.read-outbox",
    "audit.file",
    "audit.history",
  ],
  STS: ["token"],
  "the Function": ["hand.observe", "hand.request", "hand.drop-request", "hand.merge"],
  "the vault": [
    "vault.read-certificate",
    "vault.read-request",
    "vault.read-policy",
    "vault.create-request",
    "vault.drop-request",
    "vault.merge",
  ],
};

/** Seldom enough for a month of runs to be gone through quickly. */
const PERIODS = { [MINUTE]: 15 * MINUTE, [HOUR]: 15 * MINUTE, [DAY]: HOUR, [30 * DAY]: 6 * HOUR };

interface Outage {
  readonly services: readonly Service[];
  readonly seconds: number;
  /** This part of it is over when the run comes to which the renewal is due, */
  readonly part: number;
  /** unless it begins so much later: in the middle of that run, when its calls take long enough. */
  readonly laterSeconds: number;
  readonly callMs: number;
}

const anyOutage: fc.Arbitrary<Outage> = fc.record({
  services: fc.subarray([...NAMES], { minLength: 1 }),
  seconds: fc.constantFrom(MINUTE, HOUR, DAY, 30 * DAY),
  part: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  laterSeconds: fc.nat({ max: 30 }),
  callMs: fc.nat({ max: 2_000 }),
});

/** Goes through the schedule from the first issue until the first run after the outage. */
async function goThrough({ services, seconds, part, laterSeconds, callMs }: Outage) {
  const period = PERIODS[seconds] ?? HOUR;
  const link = linkOf({ bunny: [{}] }, { certificates: { checkEvery: `${period / MINUTE} minutes` } });
  const model = await createModel({ link });
  model.calls.durationOf = () => callMs;
  await model.run();
  use(model);
  const dueRun = START + Math.ceil((DUE - START) / period) * period;
  const from = Math.max(START + period, dueRun - Math.floor(seconds * part) + laterSeconds);
  const until = from + seconds;
  const calls = services.flatMap((service) => SERVICES[service]);
  model.calls.weather = outage(calls, from * 1_000, until * 1_000);

  const during: string[] = [];
  let at = dueRun - Math.floor((dueRun - from) / period) * period;
  for (; at < until; at += period) {
    model.clock.moveTo(at);
    const told = await tellOf(model);
    if (at >= from && model.clock.now() < until) during.push(told);
    use(model);
  }
  model.clock.moveTo(at);
  const expired = !isUsable(model);
  return { model, during, expired, after: await tellOf(model) };
}

/** bunny calls relay with what is current. */
function use({ authority, usage, clock }: Model): void {
  for (const { serial } of authority.issues) usage.accept(serial, clock.now());
}

/** What a person hears of a run; "" when nothing. */
async function tellOf(model: Model): Promise<string> {
  try {
    return (await model.run()).trouble.join("; ");
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

describe("renewCertificates, through an outage", () => {
  it(
    "renews with the first run after it, and every run until then fails with what is away",
    async () => {
      await fc.assert(
        fc.asyncProperty(anyOutage, async (drawn) => {
          const { model, during, after } = await goThrough(drawn);
          for (const told of during) expect(told).toContain("unreachable");
          expect(after).toBe("");
          expect(isUsable(model)).toBe(true);
          // Nothing is due any more: what is current was issued after the renewal had come due.
          const versions = model.vault.entries.get("bunny-client")?.versions ?? [];
          expect(versions.at(-1)?.createdAt).toBeGreaterThanOrEqual(DUE);
          expect(model.vault.entries.get("bunny-client")?.request?.status).not.toBe("in-progress");
          expect(versions).toHaveLength(2);
          expect(brokenPromises(model)).toEqual([]);
        }),
        runs(25),
      );
    },
    sized(120_000, 3_600_000),
  );

  it.each(NAMES)("renews a certificate that expired while %s was away for a month", async (service) => {
    const { model, during, expired, after } = await goThrough({
      ...{ services: [service], seconds: 30 * DAY, part: 0.1, laterSeconds: 0, callMs: 0 },
    });
    expect(during).toHaveLength(120);
    expect(expired).toBe(true);
    expect(after).toBe("");
    expect(isUsable(model)).toBe(true);
    expect(brokenPromises(model)).toEqual([]);
  });

  it("renews in time while relay's log is away, and tells that it could not be searched", async () => {
    const model = await createModel();
    await model.run();
    model.calls.weather = outage(["usage.first-accepted"], (DUE - DAY) * 1_000, (DUE + DAY) * 1_000);
    model.clock.moveTo(DUE);
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    use(model);
    model.clock.advance(900);
    expect((await model.run()).trouble).toEqual(["bunny-client: relay's log could not be searched"]);
    model.clock.moveTo(DUE + DAY);
    expect(await model.run()).toMatchObject({ outcomes: [{ proof: "seen" }], trouble: [] });
  });

  it("renews in time while the link's bus is away, and tells its changes once that is back", async () => {
    const model = await createModel();
    await model.run();
    const told = model.bus.events.length;
    model.calls.weather = outage(["bus.tell"], (DUE - DAY) * 1_000, (DUE + DAY) * 1_000);
    model.clock.moveTo(DUE);
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    expect(model.bus.events).toHaveLength(told);
    use(model);
    model.clock.moveTo(DUE + DAY);
    await model.run();
    expect(model.bus.events.length).toBeGreaterThan(told);
    expect(model.audit.outbox.size).toBe(0);
  });

  it("renews after a window that the CA was away for, and before the deadline", async () => {
    const window = {
      days: ["sun" as const, "tue" as const, "thu" as const, "sat" as const],
      from: "22:00",
      to: "23:00",
      timeZone: "America/New_York",
    };
    const model = await createModel({ link: linkWith({ window }) });
    const { outcomes } = await model.run();
    const [settled] = outcomes;
    if (settled?.outcome !== "settled") throw new Error(`the first issue was ${settled?.outcome}`);
    // The last one before the deadline, 2026-11-26T00:00:00Z, is New York's Tuesday evening.
    expect(toIso(settled.nextAt)).toBe("2026-11-25T03:00:00Z");
    use(model);
    const closes = settled.nextAt + HOUR;
    model.calls.weather = outage(SERVICES["the CA"], (settled.nextAt - 60) * 1_000, closes * 1_000);
    const told: string[] = [];
    for (let at = settled.nextAt; at < closes; at += 900) {
      model.clock.moveTo(at);
      told.push(await tellOf(model));
    }
    expect(told.map((sentence) => sentence.includes("unreachable"))).toEqual([true, true, true, true]);
    model.clock.moveTo(closes);
    expect(await tellOf(model)).toBe("");
    expect(model.vault.entries.get("bunny-client")?.versions.at(-1)?.createdAt).toBe(closes);
    expect(closes).toBeLessThan(DUE);
  });
});
