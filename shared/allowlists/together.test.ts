import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../local/property.ts";
import { UNKNOWN_ACTOR } from "./actor.ts";
import { type Hit, joinHits, TOGETHER_SECONDS } from "./together.ts";

const AT = 1_795_248_000;
const actor = (key: string | null) => ({ ...UNKNOWN_ACTOR, key });
const hit = (id: string, group: string, at: number, key: string | null = "alice"): Hit => ({
  id,
  group,
  at: AT + at,
  actor: actor(key),
});
const idsOf = (hits: readonly Hit[]) => joinHits([], hits).map((one) => one.hits.map(({ id }) => id));

describe("joinHits", () => {
  it("joins the groups that one actor hit within a minute", () => {
    expect(idsOf([hit("a", "relay", 0), hit("b", "loader", 59)])).toEqual([["a", "b"]]);
  });

  it("does not join what is a minute apart, nor hits of two actors", () => {
    expect(idsOf([hit("a", "relay", 0), hit("b", "loader", 60)])).toHaveLength(2);
    expect(idsOf([hit("a", "relay", 0), hit("b", "loader", 1, "bob")])).toHaveLength(2);
  });

  it("joins hits by nobody known within their group alone", () => {
    const hits = [hit("a", "relay", 0, null), hit("b", "loader", 0, null), hit("c", "relay", 5, null)];
    expect(idsOf(hits).toSorted()).toEqual([["a", "c"], ["b"]]);
  });

  it("joins a hit by nobody known to what was hit in its group, whichever came first", () => {
    const hits = [hit("a", "relay", 0, null), hit("b", "relay", 5), hit("c", "loader", 5, null)];
    expect(idsOf(hits).toSorted()).toEqual([["a", "b"], ["c"]]);
  });

  it("adds to what stands, later or earlier, and leaves its key as it is", () => {
    const standing = joinHits([], [hit("b", "relay", 30)]);
    const after = joinHits(standing, [hit("a", "loader", 0), hit("c", "other", 55)]);
    expect(after.map(({ key, hits }) => [key, hits.map(({ id }) => id)])).toEqual([
      [standing[0]?.key, ["a", "b", "c"]],
    ]);
  });
});

const anyHits = fc.array(
  fc.record({
    id: fc.constantFrom(..."abcdefghijkl"),
    group: fc.constantFrom("relay", "loader", "nodes"),
    at: fc.integer({ min: AT, max: AT + 200 }),
    actor: fc.constantFrom(actor("alice"), actor("bob"), UNKNOWN_ACTOR),
  }),
  { maxLength: 15 },
);
/** One hit has one id. */
const once = (hits: readonly Hit[]) => [...new Map(hits.map((one) => [one.id, one])).values()];

describe("joinHits, whatever is hit", () => {
  it("has each hit once, of one actor or of nobody known in one of its groups, within a minute", () => {
    fc.assert(
      fc.property(anyHits, anyHits, (first, second) => {
        const hits = once([...first, ...second]);
        const all = joinHits(joinHits([], hits.slice(0, first.length)), hits);
        expect(all.flatMap((one) => one.hits.map(({ id }) => id)).toSorted()).toEqual(
          hits.map(({ id }) => id).toSorted(),
        );
        expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
        for (const one of all) {
          const times = one.hits.map(({ at }) => at);
          expect(Math.max(...times) - Math.min(...times)).toBeLessThan(TOGETHER_SECONDS);
          const actors = new Set(one.hits.map((each) => each.actor.key).filter((key) => key !== null));
          expect(actors.size).toBeLessThanOrEqual(1);
          const isAlone = actors.size === 0;
          if (isAlone) expect(new Set(one.hits.map(({ group }) => group)).size).toBe(1);
        }
      }),
      runs(2),
    );
  });

  it("does not care for their order, and changes nothing the second time", () => {
    fc.assert(
      fc.property(anyHits.map(once), (hits) => {
        const all = joinHits([], hits);
        expect(joinHits([], hits.toReversed())).toEqual(all);
        expect(joinHits(all, hits)).toEqual(all);
      }),
      runs(2),
    );
  });
});
