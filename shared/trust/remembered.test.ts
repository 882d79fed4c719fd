import { describe, expect, it } from "vitest";
import { TrustMemory } from "./memory.ts";
import { isRemembered, REMEMBERED_MAX, rememberedAfter, toRemembered } from "./remembered.ts";
import { A, B, caNamed, NOW } from "./test-trust.ts";

const idsOf = (remembered: ReturnType<typeof rememberedAfter>) => remembered.map(({ id }) => id[0]);

describe("rememberedAfter", () => {
  it("keeps each once, what was published last first", () => {
    const before = rememberedAfter([], [A, B, A], NOW);
    expect(idsOf(before)).toEqual(["a", "b"]);
    expect(idsOf(rememberedAfter(before, [B], NOW))).toEqual(["b", "a"]);
  });

  it("forgets what has ended, and what was published longest ago when there are too many", () => {
    expect(rememberedAfter([toRemembered(A)], [], A.notAfter)).toEqual([]);
    expect(idsOf(rememberedAfter([toRemembered(A)], [], A.notAfter - 1))).toEqual(["a"]);
    const chains = Array.from({ length: REMEMBERED_MAX }, (_, index) => ({ ...B, pem: `chain ${index}` }));
    const full = rememberedAfter([toRemembered(A)], chains, NOW);
    expect(full).toHaveLength(REMEMBERED_MAX);
    expect(idsOf(full)).not.toContain("a");
  });

  it("keeps no certificate, and tells another chain of the same CA apart", () => {
    const remembered = rememberedAfter([], [A], NOW);
    expect(JSON.stringify(remembered)).not.toContain(A.pem);
    expect(isRemembered(remembered, A)).toBe(true);
    expect(isRemembered(remembered, { ...A, pem: "with another root" })).toBe(false);
    expect(isRemembered(remembered, caNamed("e"))).toBe(false);
  });
});

describe("TrustMemory", () => {
  it("reads what was written before it kept what was published and is about to be", () => {
    const old = { version: 3, words: [], heardUntil: null, since: [], view: null };
    expect(TrustMemory.parse(old)).toEqual({ ...old, published: [], publishing: [] });
  });

  it("keeps what was published through its store, and reads nothing else in its place", () => {
    const kept = {
      version: 3,
      words: [],
      heardUntil: null,
      since: [],
      view: null,
      published: [toRemembered(A)],
      publishing: [{ party: "relay", version: "3", at: NOW }],
    };
    expect(TrustMemory.parse(kept)).toEqual(kept);
    expect(TrustMemory.safeParse({ ...kept, published: [{ id: A.id }] }).success).toBe(false);
  });
});
