/** relay's certificate where the link does not leave it to relay's log when the new one is served. */
import { describe, expect, it } from "vitest";
import { START } from "../../local/model/brain.ts";
import { createRelayModel, isServable, type RelayModel, stagedRelay } from "../../local/model/relay.ts";
import { planRun } from "./plan-run.ts";
import { CURRENT, PENDING } from "./staged-secret.ts";

const WEEK = 604_800;
const LOOK = 900;
const HOUR = 3_600;

const held = ({ records }: RelayModel) =>
  records.filter(({ event }) => event === "certificate.promotion-held").map(({ reason }) => reason);
const proofs = async (model: RelayModel) => {
  const { outcomes, trouble } = await model.run();
  expect(trouble).toEqual([]);
  return outcomes.map((outcome) => (outcome.outcome === "settled" ? outcome.proof : outcome.outcome));
};

describe("renewCertificates, for a relay whose log cannot tell what is loaded", () => {
  const afterTwoHours = () => stagedRelay({ proof: { after: "2 hours" } });

  it("makes the first certificate current at once, for there is nothing to wait for", async () => {
    const model = await createRelayModel({ proof: { after: "2 hours" } });
    await model.run();
    expect(isServable(model)).toBe(true);
  });

  it("serves the old one until the declared time is over, and the new one from that second", async () => {
    const model = await afterTwoHours();
    const [old, next] = [model.serialOf(CURRENT), model.serialOf(PENDING)];
    expect(next).not.toBe(old);
    model.clock.advance(2 * HOUR - 1);
    expect(await proofs(model)).toEqual(["awaited"]);
    expect(model.serialOf(CURRENT)).toBe(old);
    expect(held(model)).toContain("time-not-passed");

    model.clock.advance(1);
    expect(await proofs(model)).toEqual(["seen"]);
    expect(model.serialOf(CURRENT)).toBe(next);
    const { reasons } = model.audit.changes.findLast(({ kind }) => kind === "promote") ?? {};
    expect(reasons).toEqual(["time-passed"]);
  });

  it("never searches relay's log, whatever stands in it", async () => {
    const model = await afterTwoHours();
    model.clock.advance(2 * HOUR);
    await model.run();
    expect(model.calls.count("replicas.read")).toBe(0);
  });

  it("waits for no longer than the old one lives", async () => {
    // Renewed when a third of the week is left.
    const model = await stagedRelay({ proof: { after: "3 days" } });
    const next = model.serialOf(PENDING);
    expect(model.serialOf(CURRENT)).not.toBe(next);
    model.clock.moveTo(START + WEEK - 2 * LOOK - 1);
    await model.run();
    expect(model.serialOf(CURRENT)).not.toBe(next);
    model.clock.advance(1);
    await model.run();
    expect(model.serialOf(CURRENT)).toBe(next);
  });

  it("plans the same, and says why it waits", async () => {
    const model = await afterTwoHours();
    const promotion = async () => (await planRun(model.brain(), null)).certificates;
    expect(await promotion()).toMatchObject([{ promotion: { kind: "hold", reason: "time-not-passed" } }]);
    model.clock.advance(2 * HOUR);
    expect(await promotion()).toMatchObject([{ promotion: { kind: "promote", reason: "time-passed" } }]);
    expect(model.serialOf(CURRENT)).not.toBe(model.serialOf(PENDING));
  });
});

describe("renewCertificates, for a relay whose certificate a person puts into service", () => {
  const leftToAPerson = () => stagedRelay({ proof: "manual" });

  it("makes the first certificate current at once, for relay serves nothing without it", async () => {
    const model = await createRelayModel({ proof: "manual" });
    await model.run();
    expect(isServable(model)).toBe(true);
  });

  it("leaves the new one staged, though every replica has loaded it", async () => {
    const model = await leftToAPerson();
    const old = model.serialOf(CURRENT);
    for (let looks = 0; looks < 8; looks += 1) {
      model.clock.advance(LOOK);
      model.look("relay-0", "relay-1");
      expect(await proofs(model)).toEqual(["manual"]);
    }
    expect(model.serialOf(CURRENT)).toBe(old);
    expect(new Set(held(model))).toEqual(new Set(["left-to-a-person"]));
    expect(model.calls.count("replicas.read")).toBe(0);
  });

  it("takes a person's step for done, and records it once", async () => {
    const model = await leftToAPerson();
    const next = model.serialOf(PENDING);
    model.secret.moveByHand(CURRENT, model.secret.labels.get(PENDING) ?? null);
    for (let looks = 0; looks < 3; looks += 1) expect(await proofs(model)).toEqual(["manual"]);
    expect(model.serialOf(CURRENT)).toBe(next);
    const promotions = model.audit.changes.filter(
      ({ kind, after }) => kind === "promote" && after?.["serial"] === next,
    );
    expect(promotions).toMatchObject([{ reasons: ["found"] }]);
  });

  it("puts it into service itself two looks before the old one ends, when nobody has", async () => {
    const model = await leftToAPerson();
    const next = model.serialOf(PENDING);
    model.clock.moveTo(START + WEEK - 2 * LOOK - 1);
    await model.run();
    expect(model.serialOf(CURRENT)).not.toBe(next);
    model.clock.advance(1);
    await model.run();
    expect(model.serialOf(CURRENT)).toBe(next);
    expect(isServable(model)).toBe(true);
  });
});

describe("renewCertificates, for relay's certificate with a window", () => {
  const window = {
    days: ["sun" as const, "tue" as const, "thu" as const, "sat" as const],
    from: "23:00",
    to: "04:00",
    timeZone: "America/New_York",
  };

  it("renews in the last opening before the deadline, and serves the new one as soon as it is loaded", async () => {
    const model = await createRelayModel({ window });
    await model.run();
    model.clock.advance(LOOK);
    model.look("relay-0", "relay-1");
    await model.run();
    // The deadline is Wednesday the 25th, 19:00 in New York: Tuesday's opening is the last before it.
    const opens = Date.parse("2026-11-25T04:00:00Z") / 1_000;
    model.clock.moveTo(opens - 1);
    await model.run();
    expect(model.authority.issues).toHaveLength(1);
    model.clock.advance(1);
    await model.run();
    expect(model.authority.issues).toHaveLength(2);
    const next = model.serialOf(PENDING);
    expect(model.serialOf(CURRENT)).not.toBe(next);

    // The window is for the renewal: a replica that loads it late has it served late.
    model.clock.moveTo(Date.parse("2026-11-25T12:00:00Z") / 1_000);
    model.look("relay-0", "relay-1");
    await model.run();
    expect(model.serialOf(CURRENT)).toBe(next);
  });
});
