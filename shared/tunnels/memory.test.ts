import { describe, expect, it } from "vitest";
import { isSame, withHeldUp, withOutcome, withoutRepair, withRepair } from "./memory.ts";
import { type Memory, NO_MEMORY, type ObservedTunnel, type Work } from "./schema.ts";
import { AT, azureEnd, desiredOf, down, planLater, planOf, up, vpnWith } from "./test-tunnels.ts";

const UNKNOWN = { unknown: "Unavailable" };
const notInAzure = { ...up("one-a"), azure: azureEnd({ status: "not-connected" }) };
const unseenInAzure = { ...up("one-a"), azure: UNKNOWN };

/** Looks again and again; what was planned last. */
function watch(looks: readonly (readonly [number, readonly ObservedTunnel[]])[], memory: Memory = NO_MEMORY) {
  // Without it, nobody is left who would end planned work.
  const vpn = vpnWith({ preSharedKeys: {} });
  let plan = planOf([], { vpn, memory });
  for (const [seconds, observed] of looks)
    plan = planOf(observed, { vpn, memory: plan.memory, now: AT + seconds });
  return plan;
}

describe("what planTunnels remembers", () => {
  it("is nothing of a tunnel that was never looked at", () => {
    const { memory } = planOf([up("one-a")], { desired: desiredOf("one-a", "one-b") });
    expect(memory.tunnels[1]).toEqual({
      ...{ name: "one-b", lostSince: null, hurtSince: null, doubtSince: null, unknownSince: null },
      ...{ losses: [], repairs: [], maintenance: null, maintenanceUnseen: null, maintenanceDueAt: 0 },
    });
  });

  it("is no more losses than make a tunnel unsteady, the last ones", () => {
    const turns = [0, 120, 240, 360, 480].flatMap((seconds) => [
      [seconds, [down("one-a"), up("one-b")]] as const,
      [seconds + 60, [up("one-a"), up("one-b")]] as const,
    ]);
    expect(watch(turns).memory.tunnels[0]?.losses).toEqual([AT + 240, AT + 360, AT + 480]);
  });

  it("is the worst that was told while one of the tunnels is unsteady, and nothing of it afterwards", () => {
    const both = [up("one-a"), up("one-b")];
    const first = [0, 600].flatMap((seconds) => [
      [seconds, [down("one-a"), up("one-b")]] as const,
      [seconds + 60, both] as const,
    ]);
    const third = [...first, [1_200, [down("one-a"), up("one-b")]] as const];
    expect(watch(first).memory.worst).toBeNull();
    expect(watch(third).memory.worst).toBe("warning");
    expect(watch([...third, [1_260, both]]).memory.worst).toBe("warning");
    const worst = [...third, [1_260, [down("one-a"), down("one-b")]] as const, [1_320, both] as const];
    expect(watch(worst)).toMatchObject({
      memory: { worst: "critical" },
      conditions: [{ severity: "critical" }],
    });
    const again = [...worst, [1_380, [down("one-a"), up("one-b")]] as const];
    expect(watch(again).conditions).toMatchObject([{ severity: "critical" }]);
    expect(watch([...worst, [5_000, both]]).memory.worst).toBeNull();
  });

  it("is since when a tunnel is lost until AWS says that it is up, which nobody else's word is", () => {
    const lostSince = (seen: Partial<ObservedTunnel>) =>
      watch([
        [0, [down("one-a"), up("one-b")]],
        [60, [{ ...up("one-a"), ...seen }, up("one-b")]],
      ]).memory.tunnels[0]?.lostSince;
    expect(lostSince({ aws: UNKNOWN })).toBe(AT);
    expect(lostSince({ aws: UNKNOWN, azure: UNKNOWN })).toBe(AT);
    expect(lostSince({ azure: UNKNOWN })).toBeNull();
  });

  it("is no loss of planned work, also when Azure cannot be asked while the tunnel comes back", () => {
    const work: Work = { tunnel: "one-a", reason: "planned", startedAt: AT, dueAt: AT + 600 };
    const looks = [
      [0, [down("one-a"), up("one-b")]],
      [60, [unseenInAzure, up("one-b")]],
    ] as const;
    const plan = watch(looks, { ...NO_MEMORY, work });
    expect(plan.conditions).toEqual([]);
    expect(plan.memory.tunnels[0]).toMatchObject({ hurtSince: null, losses: [] });
    const blind = watch([looks[0], [60, [{ ...unseenInAzure, aws: UNKNOWN }, up("one-b")]]], {
      ...NO_MEMORY,
      work,
    });
    expect(blind.memory.tunnels[0]).toMatchObject({ hurtSince: null });
  });

  it("is since when a tunnel was in doubt for long, until both ends say that it is up", () => {
    const told = (seconds: number) =>
      watch([
        [0, [notInAzure, up("one-b")]],
        [seconds, [notInAzure, up("one-b")]],
        [seconds + 60, [unseenInAzure, up("one-b")]],
      ]).conditions;
    expect(told(299)).toEqual([]);
    expect(told(300)).toMatchObject([{ key: "tunnels", since: AT }]);
  });

  it("is when to ask for maintenance again: after an hour, sooner where AWS did not say", () => {
    const seen = { pending: false, autoAppliedAt: null };
    const dueAt = (maintenance: ObservedTunnel["maintenance"]) =>
      planOf([{ ...up("one-a"), maintenance }]).memory.tunnels[0]?.maintenanceDueAt;
    expect(dueAt(seen)).toBe(AT + 3_600);
    expect(dueAt(UNKNOWN)).toBe(AT + 600);
    expect(dueAt(null)).toBe(0);
  });

  it("is since when AWS has not said what it means to do", () => {
    const unsaid = [{ ...up("one-a"), maintenance: UNKNOWN }];
    expect(planLater(unsaid, 21_599).conditions).toEqual([]);
    expect(planLater(unsaid, 21_600).conditions).toMatchObject([
      {
        ...{ key: "tunnels:maintenance-unseen", since: AT },
        facts: [{ label: "one-a", value: "AWS: Unavailable" }],
      },
    ]);
  });

  it("is work on a tunnel of which nothing is seen, until it has taken too long", () => {
    const work: Work = { tunnel: "one-a", reason: "repair", startedAt: AT, dueAt: AT + 600 };
    const workAt = (seconds: number) =>
      planOf([up("one-b")], {
        ...{ desired: desiredOf("one-a", "one-b"), memory: { ...NO_MEMORY, work }, now: AT + seconds },
      }).memory.work;
    expect(workAt(599)).toEqual(work);
    expect(workAt(600)).toBeNull();
  });
});

const lost: ObservedTunnel[] = [down("one-a"), down("one-b")];
const { memory: before } = planOf(lost);
const reset = { tunnel: "one-a", kind: "reset-azure", at: AT } as const;
const others = [
  { ...reset, tunnel: "one-b" },
  { ...reset, kind: "replace-aws" },
  { ...reset, at: AT + 60 },
] as const;
/** The same kind, and the same time, of another tunnel; another kind at this time; and this kind at another. */
const written = [reset, ...others].reduce((memory, repair) => withRepair(memory, repair, repair.at), before);
const repairsOf = (memory: Memory) =>
  memory.tunnels.flatMap(({ name, repairs }) =>
    repairs.map(({ kind, at, outcome }) => [name, kind, at - AT, outcome]),
  );

describe("withRepair", () => {
  it.each([
    ["reset-azure", 600],
    ["replace-aws", 1_800],
  ] as const)("notes that a %s is at work, and for how long it may be", (kind, seconds) => {
    expect(withRepair(before, { tunnel: "one-a", kind }, AT).work).toEqual({
      ...{ tunnel: "one-a", reason: "repair", startedAt: AT, dueAt: AT + seconds },
    });
  });
});

describe("withOutcome", () => {
  it("notes what came of this one repair, and of no other", () => {
    expect(repairsOf(withOutcome(written, reset, { outcome: "begun", over: false }))).toEqual([
      ["one-a", "reset-azure", 0, "begun"],
      ["one-a", "replace-aws", 0, null],
      ["one-a", "reset-azure", 60, null],
      ["one-b", "reset-azure", 0, null],
    ]);
  });

  it("ends its work when it was refused, and no other's", () => {
    const refused = { outcome: "IncorrectState", over: true };
    const last = { ...reset, at: AT + 60 };
    expect(withOutcome(written, last, refused).work).toBeNull();
    expect(withOutcome(written, { ...last, tunnel: "one-b" }, refused).work).toEqual(written.work);
    expect(withOutcome(written, reset, refused).work).toEqual(written.work);
    expect(withOutcome({ ...written, work: null }, last, refused).work).toBeNull();
  });
});

describe("withoutRepair", () => {
  it("takes back what was written down of a repair that was never asked for", () => {
    const begun = withRepair(before, reset, AT);
    expect(withoutRepair(begun, reset)).toEqual(before);
    expect(repairsOf(withoutRepair(written, reset))).toEqual(repairsOf(written).slice(1));
  });
});

describe("withHeldUp", () => {
  it("keeps since when a repair is held up for one reason", () => {
    const once = withHeldUp(before, "lease-held", AT);
    expect(withHeldUp(once, "lease-held", AT + 60)).toBe(once);
    expect(withHeldUp(once, "no-time-left", AT + 60).heldUp).toEqual({
      ...{ reason: "no-time-left", since: AT + 60 },
    });
  });
});

describe("isSame", () => {
  it("holds of what is read again as it was written, and of nothing else", () => {
    expect(isSame(before, JSON.parse(JSON.stringify(before)))).toBe(true);
    expect(isSame(before, planLater(lost, 60).memory)).toBe(true);
    expect(isSame(before, written)).toBe(false);
  });
});
