/** What the plan publishes in any state of a change of CA, the hand takes: it holds up nobody who means well. */
import { describe, expect, it } from "vitest";
import type { Scenario } from "../../local/model/trust-moves.ts";
import type { Stage, TrustState } from "../../local/model/trust-state.ts";
import { bundleOf, desiredOf, viewOf } from "../../local/model/trust-view.ts";
import { walk } from "../../local/model/trust-walk.ts";
import { sized } from "../../local/property.ts";
import { type BundleFault, findBundleFault } from "./judge.ts";

const NOW = 1_000_000;
const FORWARD = new Map<Stage, readonly Stage[]>([
  ["A", ["A+B"]],
  ["A+B", ["B"]],
]);
const BACK = new Map<Stage, readonly Stage[]>([
  ["A", ["A+B", "B"]],
  ["A+B", ["B", "A"]],
]);
const WITH_FAILOVER = new Map<Stage, readonly Stage[]>([["A", ["A,F"]]]);
const plain: Scenario = {
  ...{ fellows: true, deployments: FORWARD, breaking: [] },
  ...{ blind: ["nothing", "leaves", "words"], slow: [] },
};

const cases: readonly (readonly [string, Scenario])[] = [
  ["a change of CA", plain],
  ["a failover CA, and CAs that break", { ...plain, deployments: WITH_FAILOVER, breaking: ["A", "F"] }],
];
const soak: typeof cases = [["operators who change their mind", { ...plain, deployments: BACK }]];

/** What the hand says to each copy that a run in this state would send it. */
function judgeIn(state: TrustState, { fellows, blind }: Scenario): (BundleFault | null)[] {
  const { issuing, next, failover } = desiredOf(state);
  const pins = {
    staying: [next ?? issuing, ...(failover === null ? [] : [failover])],
    outgoing: next === null ? null : issuing,
  };
  const before = bundleOf(state.copy);
  const { bunny } = state.leaves;
  const leaf = {
    ...{ certificate: "bunny", serial: "1", notAfter: NOW + 1_000 },
    isFrom: (ca: { readonly pem: string }) => ca.pem === bunny.current,
  };
  const rules = { pins, before, numbers: { current: before.number, highest: 0 }, leaves: [leaf] };
  return blind.flatMap((what) =>
    viewOf(state, { fellows }, what)
      .plan.steps.filter(({ kind }) => kind === "copy")
      .map(({ bundle }) => findBundleFault(bundle, rules, NOW)),
  );
}

describe("findBundleFault, of what the plan publishes", () => {
  it.each(sized(cases, [...cases, ...soak]))(
    "finds nothing, with %s",
    (_name, scenario) => {
      const { seen } = walk("A", ["relay"], scenario);
      const judged = [...seen.values()].flatMap((state) => judgeIn(state, scenario));
      expect(judged.length).toBeGreaterThan(100);
      expect(judged.filter((fault) => fault !== null)).toEqual([]);
    },
    sized(120_000, 3_600_000),
  );
});
