/** Every state that a change of CA can be in, and what must hold in each. */
import { describe, expect, it } from "vitest";
import { restless } from "../../local/model/trust-calm.ts";
import type { Scenario } from "../../local/model/trust-moves.ts";
import type { Holder, Stage } from "../../local/model/trust-state.ts";
import { viewOf } from "../../local/model/trust-view.ts";
import { walk } from "../../local/model/trust-walk.ts";
import { sized } from "../../local/property.ts";

/** The next CA is named and later alone; nothing keeps an operator from doing so too early. */
const FORWARD = new Map<Stage, readonly Stage[]>([
  ["A", ["A+B"]],
  ["A+B", ["B"]],
]);
/** Also back again, and by one step where two are advised. */
const BACK = new Map<Stage, readonly Stage[]>([
  ["A", ["A+B", "B"]],
  ["A+B", ["B", "A"]],
]);
const WITH_FAILOVER = new Map<Stage, readonly Stage[]>([["A", ["A,F"]]]);

const plain: Scenario = { fellows: true, deployments: FORWARD, breaking: [], blind: ["nothing"], slow: [] };

interface Case {
  readonly worst: readonly Holder[];
  readonly scenario: Scenario;
}

const everyDay: readonly (readonly [string, Case])[] = [
  [
    "late, silent, restarting replicas of relay's",
    { worst: ["relay"], scenario: { ...plain, slow: ["publish"] } },
  ],
  [
    "late, silent, restarting replicas of bunny's",
    { worst: ["bunny"], scenario: { ...plain, slow: ["publish"] } },
  ],
  [
    "one thing or another that cannot be read",
    {
      worst: ["relay"],
      scenario: { ...plain, blind: ["nothing", "head", "copies", "words", "leaves", "signs"] },
    },
  ],
  [
    "a store of relay's that was lost or stepped back",
    {
      worst: ["relay"],
      scenario: {
        ...plain,
        blind: [
          ...(["nothing", "leaves", "head-gone", "head-stepped-back"] as const),
          ...(["head-gone-and-copies", "head-stepped-back-and-leaves"] as const),
        ],
      },
    },
  ],
  [
    "a failover CA, and CAs that break",
    { worst: ["relay"], scenario: { ...plain, deployments: WITH_FAILOVER, breaking: ["A", "F"] } },
  ],
];

const soak: readonly (readonly [string, Case])[] = [
  ["one replica alone on each side", { worst: ["relay", "bunny"], scenario: { ...plain, fellows: false } }],
  ["the worst on both sides at once", { worst: ["relay", "bunny"], scenario: plain }],
  ["a run that is slow to issue to bunny", { worst: ["relay"], scenario: { ...plain, slow: ["issue"] } }],
  ["a run that is slow to issue to relay", { worst: ["bunny"], scenario: { ...plain, slow: ["issue"] } }],
  [
    "operators who change their mind, seen by relay",
    { worst: ["relay"], scenario: { ...plain, deployments: BACK } },
  ],
  [
    "operators who change their mind, seen by bunny",
    { worst: ["bunny"], scenario: { ...plain, deployments: BACK } },
  ],
  ["a next CA that breaks", { worst: ["relay"], scenario: { ...plain, breaking: ["B"] } }],
  [
    "a failover CA that bunny is late for",
    { worst: ["bunny"], scenario: { ...plain, deployments: WITH_FAILOVER, breaking: ["A", "F"] } },
  ],
];

const TIMEOUT_MS = sized(120_000, 3_600_000);

describe("planTrust, in every state that can be reached", () => {
  it.each(sized(everyDay, [...everyDay, ...soak]))(
    "keeps every live leaf accepted at its peer, with %s, and comes to rest once that is over",
    (_, { worst, scenario }) => {
      const { states, refused, seen } = walk("A", worst, scenario);
      expect(refused).toBeNull();
      expect(states).toBeGreaterThan(1_000);
      expect(restless(seen, { fellows: true })).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "goes all the way: the outgoing CA leaves the bundle, and all leaves are from the next",
    () => {
      const { seen } = walk("A", ["relay"], plain);
      const ends = [...seen.values()].filter(
        ({ brain, head, leaves }) =>
          brain === "A+B" && head.cas.join() === "B" && leaves.bunny.live.join() === "B",
      );
      expect(ends.length).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it(
    "brings back no CA that has left while nobody can read who has leaves of it, or relay's store is gone or stepped back",
    () => {
      const { seen } = walk("A", ["relay"], plain);
      const left = [...seen.values()].filter(
        ({ brain, hand, head, copy, leaves }) =>
          brain !== "A" &&
          hand === brain &&
          head.cas.join() === "B" &&
          copy.number === head.number &&
          !leaves.bunny.live.includes("A") &&
          !leaves.relay.live.includes("A"),
      );
      expect(left.length).toBeGreaterThan(0);
      const blinds = ["leaves", "head-gone", "head-gone-and-copies", "copies"] as const;
      for (const state of left)
        for (const blind of blinds)
          expect(viewOf(state, plain, blind).publishes?.cas ?? ["B"]).toEqual(["B"]);
      // The stepped-back bundle has it: it goes through relay's store once more, closed.
      for (const state of left)
        for (const blind of ["head-stepped-back", "head-stepped-back-and-leaves"] as const)
          expect(viewOf(state, plain, blind).publishes).toMatchObject({ cas: ["A", "B"], closed: { A: 0 } });
    },
    TIMEOUT_MS,
  );

  it(
    "publishes nothing while relay's store is gone and no copy can be read",
    () => {
      const { seen } = walk("A", ["relay"], plain);
      const blind = "head-gone-and-copies";
      expect([...seen.values()].filter((state) => viewOf(state, plain, blind).plan.steps.length > 0)).toEqual(
        [],
      );
    },
    TIMEOUT_MS,
  );

  it(
    "uses a failover CA once all trust it, and only then",
    () => {
      const scenario: Scenario = { ...plain, deployments: WITH_FAILOVER, breaking: ["A"] };
      const { seen } = walk("A", ["relay"], scenario);
      const used = [...seen.values()].filter(({ leaves }) => leaves.bunny.current === "F");
      expect(used.length).toBeGreaterThan(0);
      expect(used.filter(({ replicas }) => replicas.relay.runs?.cas.includes("F") === false)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
