import { describe, expect, it } from "vitest";
import { acknowledgedBy, isLater, trustedEverywhere } from "./acknowledge.ts";
import type { DesiredTrust, ObservedTrust, Store, Word } from "./state.ts";
import { A, B, bundleOf, copyOf, desired, NOW, published, running, wordOf } from "./test-trust.ts";

/** B came with the third of five. */
const bundle = bundleOf(5, [A, { ...B, since: 3 }]);
const old = (number: number) => `${number}-0123456789abcdef`;
const relayWords = (...words: readonly Word[]) =>
  running(bundle, { words: [...words, wordOf("bunny", bundle.version)] });
const trusted = (observed: ObservedTrust, wanted: DesiredTrust = desired) =>
  trustedEverywhere(wanted, observed, B.id, NOW);
const loaded = { kind: "loaded" };
const copiedTo = (store: Store) => ({ copies: copyOf(store) });

describe("trustedEverywhere", () => {
  it("holds once every replica that was heard runs a bundle that has the CA", () => {
    expect(trusted(running(bundle))).toEqual(loaded);
    expect(
      trusted(relayWords(wordOf("relay", old(3)), wordOf("relay", old(4), { replica: "relay-1" }))),
    ).toEqual(loaded);
  });

  it("takes callers without a name for many: the least that was heard of any of them counts", () => {
    const unnamed = (number: number, age: number) =>
      wordOf("relay", old(number), { replica: "unnamed", at: NOW - age });
    const behind = { reason: "replicas-behind", replicas: ["unnamed"] };

    for (const words of [
      [unnamed(2, 40), unnamed(4, 30)],
      [unnamed(4, 30), unnamed(2, 40)],
    ])
      expect(trusted(relayWords(...words))).toMatchObject(behind);
    expect(trusted(relayWords(unnamed(2, 300), unnamed(4, 30)))).toMatchObject(behind);
    expect(trusted(relayWords(unnamed(2, 301), unnamed(4, 30)))).toEqual(loaded);
  });

  it("names the replicas that run an earlier one, in order", () => {
    const words = [
      wordOf("relay", old(2), { replica: "relay-2" }),
      wordOf("relay", old(1), { replica: "relay-1" }),
    ];

    expect(trusted(relayWords(...words))).toEqual({
      kind: "not-loaded",
      reason: "replicas-behind",
      party: "relay",
      replicas: ["relay-1", "relay-2"],
    });
  });

  it.each([
    ["a version of somebody else's", "v9"],
    ["a later one than is published", old(6)],
    ["another one of the same number", old(5)],
  ])("does not take %s for one that has it", (_, version) => {
    expect(trusted(relayWords(wordOf("relay", version)))).toMatchObject({ reason: "replicas-behind" });
  });

  it("waits a day for a replica that fell silent without it, and no longer", () => {
    const silentFor = (seconds: number) =>
      relayWords(
        wordOf("relay", bundle.version),
        wordOf("relay", old(2), { replica: "relay-1", at: NOW - seconds }),
      );

    expect(trusted(silentFor(301))).toMatchObject({ reason: "replicas-missing", replicas: ["relay-1"] });
    expect(trusted(silentFor(86_400))).toMatchObject({ reason: "replicas-missing" });
    expect(trusted(silentFor(86_401))).toEqual(loaded);
  });

  it("goes by the last word of each replica", () => {
    const earlier = wordOf("relay", old(2), { at: NOW - 90 });
    const later = wordOf("relay", bundle.version, { at: NOW - 30 });

    expect(trusted(relayWords(earlier, later))).toEqual(loaded);
    expect(trusted(relayWords(later, earlier))).toEqual(loaded);
    expect(trusted(relayWords({ ...later, at: NOW - 90 }, { ...earlier, at: NOW - 30 }))).toMatchObject({
      reason: "replicas-behind",
    });
  });

  it("goes by the later of two words of one second", () => {
    const earlier = wordOf("relay", old(2), { ms: 302 });
    const later = wordOf("relay", bundle.version, { ms: 638 });

    expect(trusted(relayWords(earlier, later))).toEqual(loaded);
    expect(trusted(relayWords(later, earlier))).toEqual(loaded);
    expect(trusted(relayWords({ ...later, ms: 302 }, { ...earlier, ms: 638 }))).toMatchObject({
      reason: "replicas-behind",
    });
  });

  it("takes the worse of two words of one millisecond", () => {
    const words = [wordOf("relay", bundle.version), wordOf("relay", old(2))];

    expect(trusted(relayWords(...words))).toMatchObject({ reason: "replicas-behind" });
    expect(trusted(relayWords(...words.toReversed()))).toMatchObject({ reason: "replicas-behind" });
  });

  it.each<[string, Partial<ObservedTrust>, string, string]>([
    ["nobody of a party was heard", { words: [wordOf("relay", bundle.version)] }, "nobody-heard", "bunny"],
    [
      "nobody was heard lately",
      { words: [wordOf("relay", bundle.version, { at: NOW - 301 }), wordOf("bunny", bundle.version)] },
      "nobody-heard",
      "relay",
    ],
    ["the log cannot be read", { words: "unreadable" }, "words-unreadable", "relay"],
    ["relay's store cannot be read", { head: { kind: "unreadable" } }, "not-published", "relay"],
    ["a copy cannot be read", copiedTo({ kind: "unreadable" }), "store-unreadable", "bunny"],
    ["a bunny has no copy", copiedTo({ kind: "absent" }), "not-published", "bunny"],
    ["a copy lacks the CA", copiedTo(published(bundleOf(4, [A]))), "not-published", "bunny"],
    ["a copy is fresh", copiedTo(published(bundle, NOW - 599)), "settling", "bunny"],
    ["nothing is known of a bunny's store", { copies: new Map() }, "store-unreadable", "bunny"],
  ])("does not hold when %s", (_, changes, reason, party) => {
    expect(trusted(running(bundle, changes))).toMatchObject({ kind: "not-loaded", reason, party });
  });

  it("takes a copy for settled after ten minutes", () => {
    expect(trusted(running(bundle, copiedTo(published(bundle, NOW - 600))))).toEqual(loaded);
  });

  it("goes by the time since the publication where a party says nothing", () => {
    const wanted: DesiredTrust = { ...desired, bunnies: [{ name: "bunny", proof: { after: 7_200 } }] };
    const copiedAt = (at: number) =>
      running(bundle, { words: [wordOf("relay", bundle.version)], ...copiedTo(published(bundle, at)) });

    expect(trusted(copiedAt(NOW - 7_199), wanted)).toMatchObject({
      reason: "time-not-passed",
      party: "bunny",
    });
    expect(trusted(copiedAt(NOW - 7_200), wanted)).toEqual(loaded);
  });
});

describe("acknowledgedBy", () => {
  it("holds once every replica heard lately runs the very bundle that is published", () => {
    const acknowledged = (observed: ObservedTrust) => acknowledgedBy(desired, observed, desired.relay, NOW);

    expect(acknowledged(running(bundle))).toEqual(loaded);
    expect(acknowledged(relayWords(wordOf("relay", old(4))))).toMatchObject({ reason: "replicas-behind" });
    const gone = wordOf("relay", old(4), { replica: "relay-1", at: NOW - 301 });
    expect(acknowledged(relayWords(wordOf("relay", bundle.version), gone))).toEqual(loaded);
  });

  it("does not hold where the bundle has not arrived", () => {
    const [bunny] = desired.bunnies;
    if (bunny === undefined) throw new Error("the link has a bunny");
    const observed = running(bundle, copiedTo(published(bundleOf(4, [A]))));

    const reasonFor = (seen: ObservedTrust) => acknowledgedBy(desired, seen, bunny, NOW);
    expect(reasonFor(observed)).toMatchObject({ reason: "not-published" });
    expect(reasonFor(running(bundle, { head: { kind: "absent" } }))).toMatchObject({
      ...{ reason: "not-published", party: "bunny" },
    });
    expect(reasonFor(running(bundle, copiedTo({ kind: "unreadable" })))).toMatchObject({
      reason: "store-unreadable",
    });
  });
});

describe("isLater, of two words of one millisecond", () => {
  const isLaterOf = (version: string, before: string) =>
    isLater(wordOf("relay", version), wordOf("relay", before));

  it.each([
    ["the lower number", "9-fedcba9876543210", "10-0123456789abcdef"],
    ["of one number, the lower digest", "9-0123456789abcdef", "9-fedcba9876543210"],
    ["what is no version of ours", "v9", "9-0123456789abcdef"],
  ])("takes for the later one %s", (_, later, earlier) => {
    expect(isLaterOf(later, earlier)).toBe(true);
    expect(isLaterOf(earlier, later)).toBe(false);
  });

  it("takes no word for later than the same one", () => {
    expect(isLaterOf(bundle.version, bundle.version)).toBe(false);
  });
});
