/** The laws of planNetworkSecurityGroup, judged by a model that tries every packet against every rule. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { planNetworkSecurityGroup } from "./nsg-plan.ts";
import { isAllowed, Model, PACKETS, type Stored } from "./test-nsg.ts";
import { anyCase, inputOf, MARK, play, read, secretsOf } from "./test-nsg-cases.ts";

/** Thousands of cases on a machine that does other things too. */
const CASES_MAX_MS = 120_000;

const isMarked = (decider: Stored | "Allow" | "Deny"): boolean =>
  typeof decider !== "string" && decider.name.startsWith(MARK);

const lastOf = <T>(list: readonly T[]): T => {
  const last = list.at(-1);
  if (last === undefined) throw new Error("nothing was planned");
  return last;
};

describe("planNetworkSecurityGroup", () => {
  it(
    "closes no wanted flow and opens no unwanted one, not even between two writes",
    () => {
      fc.assert(
        fc.property(anyCase, (drawn) => {
          const { steps } = play(drawn);
          const model = new Model(secretsOf(drawn.secrets));
          const { desired } = inputOf(drawn);
          const wanted = model.wanted(desired.rules);
          for (const [index, after] of steps.entries()) {
            const before = steps[index - 1];
            if (before === undefined) continue;
            const held = model.wanted(after.held);
            const was = model.open(before.nsg);
            const is = model.deciders(after.nsg);
            const wrong = PACKETS.filter((_, packet) => {
              const decider = is[packet] ?? "Deny";
              if (was[packet] === isAllowed(decider)) return false;
              const isKept = wanted[packet] || held[packet];
              return isKept ? was[packet] : !was[packet] && (drawn.own === "all" || isMarked(decider));
            });
            expect(wrong).toEqual([]);
          }
        }),
        runs(0.5),
      );
    },
    CASES_MAX_MS,
  );

  it(
    "ends with exactly the wanted flows where all rules are ours and there is room",
    () => {
      fc.assert(
        fc.property(anyCase, (drawn) => {
          const all = { ...drawn, own: "all" as const, room: Math.max(drawn.room, 2) };
          const { steps, plans } = play(all);
          const last = lastOf(plans);
          const model = new Model(secretsOf(drawn.secrets));
          const open = model.open(lastOf(steps).nsg);
          const wanted = model.wanted(inputOf(all).desired.rules);
          const held = model.wanted(plans.flatMap(({ awaitingConsent }) => awaitingConsent));
          if (all.room < 50 && last.troubles.some(({ kind }) => kind === "group-full")) return;
          expect(last.troubles).toEqual([]);
          const wrong = PACKETS.filter(({ direction }, packet) => {
            if (direction === "out" && !drawn.both) return false;
            return wanted[packet] ? !open[packet] : open[packet] && !held[packet];
          });
          expect(wrong).toEqual([]);
        }),
        runs(0.5),
      );
    },
    CASES_MAX_MS,
  );

  it(
    "touches no foreign rule of a group that is not its own, and says which flows those close",
    () => {
      fc.assert(
        fc.property(anyCase, (drawn) => {
          const shared = { ...drawn, own: "marked" as const };
          const { steps, plans } = play(shared);
          const { troubles, awaitingConsent } = lastOf(plans);
          const foreign = (nsg: readonly Stored[]) => nsg.filter((rule) => !isMarked(rule));
          for (const { nsg } of steps) expect(foreign(nsg)).toEqual(foreign(drawn.nsg));

          const model = new Model(secretsOf(drawn.secrets));
          const told = troubles.flatMap((one) => ("rule" in one && one.rule !== null ? [one.rule] : []));
          const [blocked, held] = [model.wanted(told), model.wanted(awaitingConsent)];
          const wanted = model.wanted(inputOf(shared).desired.rules);
          const stays = new Set(troubles.flatMap((one) => ("name" in one ? [one.name] : [])));
          const deciders = model.deciders(lastOf(steps).nsg);
          const wrong = PACKETS.filter(({ direction }, packet) => {
            const decider = deciders[packet] ?? "Deny";
            if (direction === "out" && !drawn.both) return false;
            if (wanted[packet]) return !blocked[packet] && !isAllowed(decider);
            if (held[packet] || typeof decider === "string" || stays.has(decider.name)) return false;
            return isMarked(decider) && isAllowed(decider);
          });
          expect(wrong).toEqual([]);
        }),
        runs(0.5),
      );
    },
    CASES_MAX_MS,
  );

  it(
    "plans the same in whatever order rules stand, and nothing when its plan is done",
    () => {
      fc.assert(
        fc.property(anyCase, (drawn) => {
          const input = inputOf(drawn);
          const plan = planNetworkSecurityGroup({ ...input, observed: read(drawn.nsg) });
          const { desired, consent } = input;
          const turned = planNetworkSecurityGroup({
            ...input,
            desired: { ...desired, rules: desired.rules.toReversed(), directions: desired.directions },
            consent: { ...consent, lastApplied: consent.lastApplied?.toReversed() ?? null },
            observed: read(drawn.nsg.toReversed()),
          });
          expect(turned).toEqual(plan);
          const { plans, steps } = play(drawn);
          const again = planNetworkSecurityGroup({ ...input, observed: read(lastOf(steps).nsg) });
          expect(again).toEqual(lastOf(plans));
          expect(again.changes).toEqual([]);
        }),
        runs(0.5),
      );
    },
    CASES_MAX_MS,
  );
});
