/** The laws of planTunnels, whatever is observed and remembered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { healthOf, isBusy, isLost, isUnsure, severityOf } from "./health.ts";
import { withOutcome, withRepair } from "./memory.ts";
import { planTunnels } from "./plan.ts";
import { BEGUN, type Memory, NO_MEMORY, type ObservedTunnel, type Repair } from "./schema.ts";
import { AT, desiredOf, vpnWith } from "./test-tunnels.ts";

const NAMES = ["one-a", "one-b", "two-a", "two-b"];
const STRANGER = "other-a";

const anyCode = fc.record({ unknown: fc.constantFrom("Unavailable", "unreachable") });
const anyAws = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      status: fc.constantFrom("up" as const, "down" as const, "absent" as const),
      acceptedRoutes: fc.option(fc.nat(3)),
      ipsec: fc.constantFrom("up" as const, "down" as const, "unknown" as const),
      connectionState: fc.constantFrom("available", "available", "available", "modifying"),
      provisioning: fc.constantFrom("available" as const, "unknown" as const, "pending" as const),
      unknownDetail: fc.constantFrom(null, null, "UnauthorizedOperation"),
    }),
  },
  { weight: 1, arbitrary: anyCode },
);
const anyAzure = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      outsideIp: fc.constant("198.51.100.10"),
      status: fc.constantFrom(
        "connected" as const,
        "connecting" as const,
        "not-connected" as const,
        "unknown" as const,
      ),
      provisioning: fc.constantFrom("succeeded" as const, "succeeded" as const, "updating" as const),
      bgp: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: anyCode },
);
const anyMaintenance = fc.option(
  fc.record({
    pending: fc.boolean(),
    autoAppliedAt: fc.option(fc.integer({ min: AT, max: AT + 1_000_000 })),
  }),
);
const anyTunnel = (name: string): fc.Arbitrary<ObservedTunnel> =>
  fc.record({ name: fc.constant(name), aws: anyAws, azure: anyAzure, maintenance: anyMaintenance });

const anyLook = fc.record({
  tunnels: fc.tuple(...[...NAMES, STRANGER].map(anyTunnel)),
  seconds: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 20_000 })),
  frozen: fc.boolean(),
  refused: fc.boolean(),
});
const anyVpn = fc
  .record({ repairsPerDay: fc.nat(5), repair: fc.constantFrom("on" as const, "on" as const, "off" as const) })
  .map(vpnWith);
const anyHistory = fc.record({
  vpn: anyVpn,
  count: fc.integer({ min: 1, max: NAMES.length }),
  looks: fc.array(anyLook, { minLength: 1, maxLength: 30 }),
});

interface Step {
  readonly observed: readonly ObservedTunnel[];
  readonly memory: Memory;
  readonly now: number;
  readonly frozen: boolean;
  readonly plan: ReturnType<typeof planTunnels>;
  readonly after: Memory;
}

type History = typeof anyHistory extends fc.Arbitrary<infer T> ? T : never;
const inputOf = ({ vpn, count }: History) => ({
  vpn,
  desired: desiredOf(...NAMES.slice(0, count)),
  linksTo: () => [],
});

const applied = (memory: Memory, repair: Repair | null, now: number, refused: boolean): Memory =>
  repair === null
    ? memory
    : withOutcome(
        withRepair(memory, repair, now),
        { ...repair, at: now },
        {
          outcome: refused ? "tunnel-busy" : BEGUN,
          over: refused,
        },
      );

/** Every look, each with what the ones before left; strangers are among what is observed. */
function play(history: History): Step[] {
  let memory = NO_MEMORY;
  let now = AT;
  return history.looks.map(({ tunnels: observed, seconds, frozen, refused }) => {
    now += seconds;
    const plan = planTunnels({ ...inputOf(history), observed, memory, frozen, now });
    const step = {
      observed,
      memory,
      now,
      frozen,
      plan,
      after: applied(plan.memory, plan.repair, now, refused),
    };
    memory = step.after;
    return step;
  });
}

describe("planTunnels", () => {
  it("has a severity that depends on nothing but what is observed now", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const { observed, plan } of play(history)) {
          const ours = observed.filter(({ name }) => NAMES.slice(0, history.count).includes(name));
          expect(plan.severity).toBe(severityOf(ours));
          const told = plan.conditions.find(({ key }) => key === "tunnels");
          // What was told stays at its worst for as long as a tunnel is unsteady, and for no other reason.
          const isHeld = told?.severity === "critical" && plan.memory.worst === "critical";
          if (told !== undefined && !isHeld) expect(told.severity).toBe(severityOf(ours) ?? "warning");
          if (plan.severity === "critical") expect(told?.severity).toBe("critical");
          const { flap } = history.vpn;
          if (!plan.memory.tunnels.some(({ losses }) => losses.length >= flap.count))
            expect(plan.memory.worst).toBeNull();
        }
      }),
      runs(4),
    );
  });

  it("touches no tunnel that may carry anything, none that it cannot see, and never two at once", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const { observed, memory, plan, now } of play(history)) {
          if (plan.repair === null) continue;
          const target = observed.find(({ name }) => name === plan.repair?.tunnel);
          expect(target !== undefined && isLost(healthOf(target)) && !isUnsure(target)).toBe(true);
          const ours = observed.filter(({ name }) => NAMES.slice(0, history.count).includes(name));
          expect(ours.some(isBusy)).toBe(false);
          const under = memory.work;
          // A repair is over only when its tunnel is up again or it has taken too long.
          if (under !== null) {
            const worked = ours.find(({ name }) => name === under.tunnel);
            expect(now >= under.dueAt || (worked !== undefined && healthOf(worked) === "up")).toBe(true);
          }
        }
      }),
      runs(4),
    );
  });

  it("exceeds no limit: a day's repairs, their back-off, repair off and a freeze", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const made: { readonly tunnel: string; readonly at: number }[] = [];
        for (const [index, { plan, now }] of play(history).entries()) {
          if (plan.repair === null) continue;
          const { tunnel } = plan.repair;
          expect(history.vpn.repair).toBe("on");
          expect(history.looks[index]?.frozen).toBe(false);
          const today = made.filter((one) => one.tunnel === tunnel && one.at > now - 86_400);
          expect(today.length).toBeLessThan(history.vpn.repairsPerDay);
          const last = today.at(-1);
          const backOff = history.vpn.repairBackOffSeconds * 2 ** (today.length - 1);
          if (last !== undefined) expect(now - last.at).toBeGreaterThanOrEqual(backOff);
          made.push({ tunnel, at: now });
        }
      }),
      runs(4),
    );
  });

  it("plans nothing more once its plan is applied, and remembers nothing new", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const { observed, plan, after, frozen, now } of play(history)) {
          const again = planTunnels({ ...inputOf(history), observed, memory: after, frozen, now });
          if (plan.repair !== null) expect(again.repair?.tunnel).not.toBe(plan.repair.tunnel);
          expect(again.memory).toEqual(after);
          if (plan.repair === null) expect(again).toEqual(plan);
        }
      }),
      runs(4),
    );
  });

  it("does not care for the order of tunnels, and speaks of none but the link's own", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const { observed, memory, now, plan } of play(history)) {
          const { vpn, desired, linksTo } = inputOf(history);
          const turned = planTunnels({
            vpn,
            linksTo,
            desired: desired.toReversed(),
            observed: observed.toReversed(),
            memory: { ...memory, tunnels: memory.tunnels.toReversed() },
            frozen: false,
            now,
          });
          const straight = planTunnels({ vpn, linksTo, desired, observed, memory, frozen: false, now });
          expect(turned).toEqual(straight);
          expect(JSON.stringify(plan)).not.toContain(STRANGER);
        }
      }),
      runs(4),
    );
  });
});
