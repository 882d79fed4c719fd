/**
 * Every cloud is away for a minute, an hour, a day or a month, across the instant at which a renewal is due: wherever
 * that outage begins, in the middle of a run too, the certificate is renewed by the first run after it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createModel } from "../../local/model/brain.ts";
import { brokenPromises, isUsable } from "../../local/model/checks.ts";
import { linkWith } from "../../local/model/link.ts";
import {
  DAY,
  DUE,
  goThrough,
  HOUR,
  MINUTE,
  type Outage,
  periodOf,
  SERVICE_NAMES,
  SERVICES,
  tellRun,
  useAll,
} from "../../local/model/outage.ts";
import { outage } from "../../local/model/weather.ts";
import { runs, sized } from "../../local/property.ts";
import { toIso } from "../runtime/instant.ts";

const anyOutage: fc.Arbitrary<Outage> = fc.record({
  services: fc.subarray([...SERVICE_NAMES], { minLength: 1 }),
  seconds: fc.constantFrom(MINUTE, HOUR, DAY, 30 * DAY),
  part: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  laterSeconds: fc.nat({ max: 30 }),
  callMs: fc.nat({ max: 2_000 }),
});

describe("renewCertificates, through an outage", () => {
  it(
    "renews with the first run after it, and every run until then fails with what is away",
    async () => {
      await fc.assert(
        fc.asyncProperty(anyOutage, async (drawn) => {
          const { model, during, after, healedAfterSeconds } = await goThrough(drawn);
          for (const told of during) expect(told).toContain("unreachable");
          expect(after).toBe("");
          expect(isUsable(model)).toBe(true);
          expect(healedAfterSeconds).toBeLessThanOrEqual(periodOf(drawn.seconds));
          const versions = model.vault.entries.get("bunny-client")?.versions ?? [];
          expect(model.vault.entries.get("bunny-client")?.request?.status).not.toBe("in-progress");
          expect(versions).toHaveLength(2);
          expect(brokenPromises(model)).toEqual([]);
        }),
        runs(25),
      );
    },
    sized(120_000, 3_600_000),
  );

  it.each(SERVICE_NAMES)(
    "renews a certificate that expired while %s was away for a month",
    async (service) => {
      const { model, during, expired, after } = await goThrough({
        ...{ services: [service], seconds: 30 * DAY, part: 0.1, laterSeconds: 0, callMs: 0 },
      });
      expect(during).toHaveLength(120);
      expect(expired).toBe(true);
      expect(after).toBe("");
      expect(isUsable(model)).toBe(true);
      expect(brokenPromises(model)).toEqual([]);
    },
  );

  it("renews in time while relay's log is away, and tells that it could not be searched", async () => {
    const model = await createModel();
    await model.run();
    model.calls.weather = outage(["usage.first-accepted"], (DUE - DAY) * 1_000, (DUE + DAY) * 1_000);
    model.clock.moveTo(DUE);
    expect((await model.run()).outcomes).toMatchObject([{ changes: ["request", "sign-and-merge"] }]);
    useAll(model);
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
    useAll(model);
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
    useAll(model);
    const closes = settled.nextAt + HOUR;
    model.calls.weather = outage(SERVICES["the CA"], (settled.nextAt - 60) * 1_000, closes * 1_000);
    const told: string[] = [];
    for (let at = settled.nextAt; at < closes; at += 900) {
      model.clock.moveTo(at);
      told.push(await tellRun(model));
    }
    expect(told.map((sentence) => sentence.includes("unreachable"))).toEqual([true, true, true, true]);
    model.clock.moveTo(closes);
    expect(await tellRun(model)).toBe("");
    expect(model.vault.entries.get("bunny-client")?.versions.at(-1)?.createdAt).toBe(closes);
    expect(closes).toBeLessThan(DUE);
  });
});
