import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { type Actor, UNKNOWN_ACTOR } from "./actor.ts";
import { findRevertWars, HEALS_MAX, type Heal, rememberHeals } from "./revert-war.ts";

const NOW = 1_795_248_000;
const ALICE: Actor = { ...UNKNOWN_ACTOR, kind: "user", name: "alice", key: "alice" };
const BOB: Actor = { ...ALICE, name: "bob", key: "bob" };
const heal = (ago: number, more: Partial<Heal> = {}): Heal => ({
  id: `h${ago}`,
  group: "relay",
  rule: "in tcp 22 0.0.0.0/0",
  at: NOW - ago,
  actor: ALICE,
  ...more,
});

describe("findRevertWars", () => {
  it("finds a rule that was put right three times within an hour, and who did it most", () => {
    const heals = [heal(0), heal(1_800, { actor: BOB }), heal(3_600)];
    expect(findRevertWars(heals, NOW)).toEqual([
      { group: "relay", rule: "in tcp 22 0.0.0.0/0", heals: heals.toReversed(), actors: [ALICE, BOB] },
    ]);
  });

  it("finds none in two heals, in three within more than an hour, or in three of different rules or groups", () => {
    expect(findRevertWars([heal(0), heal(1)], NOW)).toEqual([]);
    expect(findRevertWars([heal(0), heal(1), heal(3_601)], NOW)).toEqual([]);
    expect(findRevertWars([heal(0), heal(1), heal(2, { rule: "in tcp 23 0.0.0.0/0" })], NOW)).toEqual([]);
    expect(findRevertWars([heal(0), heal(1), heal(2, { group: "loader" })], NOW)).toEqual([]);
  });

  it("counts a heal that is told twice once", () => {
    expect(findRevertWars([heal(0), heal(1), heal(1)], NOW)).toEqual([]);
  });

  it("counts a heal that the other half's clock dates later", () => {
    expect(findRevertWars([heal(-30), heal(1), heal(2)], NOW)).toHaveLength(1);
  });

  it("goes on when nobody knows who it is", () => {
    const heals = [0, 1, 2].map((ago) => heal(ago, { actor: UNKNOWN_ACTOR }));
    expect(findRevertWars(heals, NOW)[0]?.actors).toEqual([UNKNOWN_ACTOR]);
  });
});

describe("rememberHeals", () => {
  it("forgets what is over an hour old", () => {
    expect(rememberHeals([heal(3_601), heal(3_600)], [heal(0)], NOW)).toEqual([heal(3_600), heal(0)]);
  });

  it("keeps a war of more heals than may be remembered", () => {
    const long = Array.from({ length: HEALS_MAX + 1 }, (_, index) => heal(index));
    expect(findRevertWars(rememberHeals([], long, NOW), NOW)).toHaveLength(1);
  });

  it("keeps a war that somebody tries to bury under many other rules", () => {
    const war = [heal(50), heal(40), heal(30)];
    const flood = Array.from({ length: 2 * HEALS_MAX }, (_, index) =>
      heal(0, { id: `f${index}`, rule: `r${index}` }),
    );
    const kept = rememberHeals(war, flood, NOW);
    expect(kept).toHaveLength(HEALS_MAX);
    expect(findRevertWars(kept, NOW)).toHaveLength(1);
  });
});

const anyHeals = fc.array(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 3 }),
    group: fc.constantFrom("relay", "loader"),
    rule: fc.constantFrom("a", "b", "c"),
    at: fc.integer({ min: NOW - 5_000, max: NOW + 60 }),
    actor: fc.constantFrom(ALICE, BOB, UNKNOWN_ACTOR),
  }),
  { maxLength: 30 },
);
const once = (heals: readonly Heal[]) => [...new Map(heals.map((one) => [one.id, one])).values()];

describe("rememberHeals, whatever was healed", () => {
  it("forgets no war, and cares for no order", () => {
    fc.assert(
      fc.property(anyHeals.map(once), (heals) => {
        const names = (all: readonly Heal[]) =>
          findRevertWars(all, NOW).map(({ group, rule }) => [group, rule]);
        const half = Math.floor(heals.length / 2);
        const kept = rememberHeals(rememberHeals([], heals.slice(0, half), NOW), heals.slice(half), NOW);
        expect(names(kept)).toEqual(names(heals));
        expect(rememberHeals([], heals.toReversed(), NOW)).toEqual(rememberHeals([], heals, NOW));
        expect(kept.length).toBeLessThanOrEqual(HEALS_MAX);
      }),
      runs(2),
    );
  });
});
