import { describe, expect, it } from "vitest";
import { type TrustConditionsInput, trustConditions } from "./conditions.ts";
import { BLIND, HELD, PREPARING, sinceAfter, unloaded, unpublished } from "./lasting.ts";
import type { TrustPlan, TrustTrouble } from "./plan.ts";
import { A, bundleOf, NOW } from "./test-trust.ts";

const calm: TrustPlan = {
  ...{ steps: [], hold: null, rollover: { phase: "none" }, loaded: new Map(), troubles: [] },
};
const tell = (changes: Partial<TrustPlan>, more: Partial<TrustConditionsInput> = {}) =>
  trustConditions({
    ...{ plan: { ...calm, ...changes }, problems: [], refused: new Map(), since: [], now: NOW },
    ...more,
  });
const withTrouble = (trouble: TrustTrouble) =>
  tell({ troubles: [trouble] }).map(({ key, severity }) => [key, severity]);
const lastedFor = (what: string, seconds: number) => ({ since: [{ what, at: NOW - seconds }] });

describe("trustConditions", () => {
  it("tells nothing while all is well", () => {
    expect(tell({})).toEqual([]);
  });

  it("tells what cannot be read once it has lasted, and what it is", () => {
    const troubles = [{ kind: "words-unreadable" as const }];
    const problems = [{ name: "relay-log", code: "AccessDeniedException" }];
    expect(tell({ troubles }, { problems, ...lastedFor(BLIND, 899) })).toEqual([]);
    expect(tell({ troubles }, { problems, ...lastedFor(BLIND, 900) })).toMatchObject([
      {
        key: "trust:unreadable",
        since: NOW - 900,
        facts: [{ label: "relay-log", value: "AccessDeniedException" }],
        runbook: "trust-unreadable",
      },
    ]);
  });

  it("tells that nothing is published once that has lasted, and what for", () => {
    const hold = { reason: "first-leaf-of-unknown-ca", who: ["bunny-client"] } as const;
    expect(tell({ hold }, lastedFor(HELD, 899))).toEqual([]);
    expect(tell({ hold }, lastedFor(HELD, 900))).toMatchObject([
      {
        ...{ key: "trust:held", severity: "warning", since: NOW - 900, runbook: "trust-held" },
        facts: [{ value: "first-leaf-of-unknown-ca" }, { value: "bunny-client" }],
      },
    ]);
    expect(sinceAfter([], { ...calm, hold }, NOW)).toEqual([{ what: HELD, at: NOW }]);
    // What cannot be read is told as that.
    const unread = { ...calm, hold: { reason: "copies-unreadable", who: ["bunny"] } as const };
    expect(sinceAfter([], unread, NOW)).toEqual([]);
  });

  it("tells of a bundle that is full and of CAs that do not fit, each for itself", () => {
    const both = [
      { kind: "bundle-too-large" },
      { kind: "revocations-without-place", serials: ["5"] },
    ] as const;
    expect(new Set(tell({ troubles: both }).map(({ key }) => key)).size).toBe(2);
  });

  it("tells of a store that does not get its bundle, and why", () => {
    const step = { kind: "copy" as const, party: "bunny", bundle: bundleOf(1, [A]), replaces: null };
    const lasted = lastedFor(unpublished("bunny"), 900);
    const refused = new Map([["bunny", "ca-in-use"]]);
    expect(tell({ steps: [step] }, { refused })).toEqual([]);
    expect(tell({ steps: [step] }, { refused, ...lasted })).toMatchObject([
      { key: "trust:not-published", facts: [{ label: "bunny", value: "ca-in-use" }] },
    ]);
    expect(tell({ steps: [step] }, lasted)).toMatchObject([{ facts: [{ value: "not tried" }] }]);
  });

  it("tells who has not loaded it, but not of a store that does not have it", () => {
    const behind = { kind: "not-loaded", party: "bunny", replicas: ["bunny-1"] } as const;
    const loaded = (reason: "replicas-behind" | "store-unreadable") =>
      new Map([["bunny", { ...behind, reason }]]);
    const lasted = lastedFor(unloaded("bunny"), 3_600);
    expect(tell({ loaded: loaded("replicas-behind") }, lasted)).toMatchObject([
      { key: "trust:not-loaded", facts: [{ label: "bunny", value: "replicas-behind bunny-1" }] },
    ]);
    expect(tell({ loaded: loaded("replicas-behind") })).toEqual([]);
    expect(tell({ loaded: loaded("store-unreadable") }, lasted)).toEqual([]);
  });

  it("tells of a next CA that does not get into use, and of one that is", () => {
    const rollover = { phase: "preparing", reason: "not-pinned", who: ["bunny-client"] } as const;
    expect(tell({ rollover }, lastedFor(PREPARING, 2 * 86_400 - 1))).toEqual([]);
    expect(tell({ rollover }, lastedFor(PREPARING, 2 * 86_400))).toMatchObject([
      { key: "trust:rollover-waits", facts: [{ value: "not-pinned" }, { value: "bunny-client" }] },
    ]);
    expect(tell({ rollover: { phase: "complete" } })).toMatchObject([{ severity: "notice" }]);
  });

  it.each<[TrustTrouble, string, string]>([
    [{ kind: "ca-still-needed", ca: A.id }, `trust:ca:${"a".repeat(16)}:still-needed`, "notice"],
    [{ kind: "leaf-of-unknown-ca", certificate: "c" }, "trust:certificate:c:unknown-ca", "warning"],
    [{ kind: "revocations-without-place", serials: ["5"] }, "trust:full", "critical"],
    [{ kind: "bundle-too-large" }, "trust:too-large", "critical"],
    [{ kind: "numbers-used-up" }, "trust:numbers", "critical"],
    [{ kind: "store-malformed", party: "relay" }, "trust:store:relay:malformed", "warning"],
    [{ kind: "foreign-ca", party: "bunny", cas: [A.id] }, "trust:store:bunny:foreign-ca", "critical"],
  ])("tells at once of %j", (trouble, key, severity) => {
    expect(withTrouble(trouble)).toEqual([[key, severity]]);
  });
});

describe("sinceAfter", () => {
  it("keeps since when a thing is so, and forgets what is over", () => {
    const before = [
      { what: BLIND, at: NOW - 9 },
      { what: PREPARING, at: NOW - 9 },
    ];
    const troubles = [{ kind: "leaves-unreadable" as const }];
    const loaded = new Map([["relay", { kind: "loaded" as const }]]);
    expect(sinceAfter(before, { ...calm, troubles, loaded }, NOW)).toEqual([{ what: BLIND, at: NOW - 9 }]);
    expect(sinceAfter([], { ...calm, troubles }, NOW)).toEqual([{ what: BLIND, at: NOW }]);
  });
});
