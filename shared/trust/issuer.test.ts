import { describe, expect, it } from "vitest";
import { gateOf, planIssuer } from "./issuer.ts";
import type { DesiredTrust, KnownLeaf, ObservedTrust } from "./state.ts";
import { A, B, bundleOf, copyOf, desired, F, leafOf, NOW, published, running, wordOf } from "./test-trust.ts";

const rolling: DesiredTrust = { ...desired, next: B };
const reserved: DesiredTrust = { ...desired, failover: F };
const both = bundleOf(5, [A, { ...B, since: 3 }]);
const withReserve = bundleOf(5, [A, F]);
const fromA = leafOf("bunny-client", A);

const ask = (
  wanted: DesiredTrust,
  observed: ObservedTrust,
  current: KnownLeaf | null = fromA,
  ending = false,
) => planIssuer(wanted, observed, { certificate: "bunny-client", current, ending }, NOW);

const signing = (changes: Readonly<Record<string, "yes" | "no" | "cannot-tell">>) => ({
  signs: new Map([...[A, B, F].map(({ id }) => [id, "yes"] as const), ...Object.entries(changes)]),
});

describe("planIssuer", () => {
  it("issues from the link's CA, and leaves alone what has time left", () => {
    expect(ask(desired, running(bundleOf(1, [A])))).toEqual({
      ...{ kind: "issue", ca: A.id, reason: "acknowledged", replace: false },
    });
  });

  it("issues from the next CA once it is trusted everywhere, and replaces what came before", () => {
    expect(ask(rolling, running(both))).toMatchObject({ ca: B.id, reason: "acknowledged", replace: true });
    expect(ask(rolling, running(both), leafOf("bunny-client", B))).toMatchObject({
      ca: B.id,
      replace: false,
    });
  });

  it("goes on with the outgoing CA while a replica has not loaded the next one, and replaces nothing", () => {
    const words = [wordOf("relay", "2-0123456789abcdef"), wordOf("bunny", both.version)];

    expect(ask(rolling, running(both, { words }))).toMatchObject({ ca: A.id, replace: false });
    // A leaf of the next CA is not taken back for that, but its renewal is from the one that all trust.
    expect(ask(rolling, running(both, { words }), leafOf("bunny-client", B))).toMatchObject({
      ...{ ca: A.id, replace: false },
    });
  });

  it.each<[string, Partial<ObservedTrust>]>([
    ["the log cannot be read", { words: "unreadable" }],
    ["a store cannot be read", { copies: new Map([["bunny", { kind: "unreadable" }]]) }],
    ["a bundle was published a moment ago", { head: published(both, NOW) }],
    ["relay's store cannot be read", { head: { kind: "unreadable" } }],
  ])("renews from the CA of the current leaf when %s: that is trusted wherever the leaf is", (_, changes) => {
    const asBefore = { kind: "issue", reason: "as-before", replace: false };

    expect(ask(rolling, running(both, changes))).toEqual({ ...asBefore, ca: A.id });
    expect(ask(rolling, running(both, changes), leafOf("bunny-client", B))).toEqual({
      ...asBefore,
      ca: B.id,
    });
  });

  it("does not renew as before from a CA that the hand would not merge, nor after the current leaf's end", () => {
    const pinned = new Map([["bunny-client", [B.id]]]);

    expect(ask(rolling, running(both, { pinned, words: "unreadable" }))).toMatchObject({ kind: "hold" });
    const ended = leafOf("bunny-client", A, { notAfter: NOW });
    expect(ask(rolling, running(both, { words: "unreadable" }), ended)).toEqual({
      ...{ kind: "hold", ca: B.id, reason: "words-unreadable", who: ["relay"] },
    });
  });

  it("does not wait for the bundle to settle that refuses the current leaf", () => {
    const bundle = bundleOf(5, [A], [{ serial: "5", until: NOW + 9 }]);

    expect(ask(desired, running(bundle, { head: published(bundle, NOW) }))).toEqual({
      ...{ kind: "issue", ca: A.id, reason: "as-before", replace: true },
    });
  });

  it("keeps to the outgoing CA while the hand was not deployed with the next one", () => {
    const pinned = new Map([["bunny-client", [A.id]]]);

    expect(ask(rolling, running(both, { pinned }))).toMatchObject({ ca: A.id, replace: false });
    expect(gateOf(rolling, running(both, { pinned }), "bunny-client", B.id, NOW)).toEqual({
      ...{ kind: "shut", reason: "not-pinned", who: ["bunny-client"] },
    });
  });

  it("issues from no closed CA, even where the current leaf is from it", () => {
    const closing = bundleOf(5, [{ ...A, closedAt: NOW - 9 }, B]);
    const words = [wordOf("relay", "0"), wordOf("bunny", closing.version)];

    expect(ask(rolling, running(closing, { words }))).toMatchObject({
      kind: "hold",
      reason: "replicas-behind",
    });
  });

  it("issues from the failover CA while the link's does not sign", () => {
    const observed = running(withReserve, signing({ [A.id]: "no" }));

    expect(ask(reserved, observed)).toMatchObject({ ca: F.id, reason: "failover", replace: false });
    expect(ask(reserved, observed, leafOf("bunny-client", F))).toMatchObject({ ca: F.id, replace: false });
  });

  it("holds while the failover CA is not trusted everywhere", () => {
    const words = [wordOf("relay", withReserve.version), wordOf("bunny", "v0")];
    const observed = running(withReserve, { ...signing({ [A.id]: "no" }), words });

    expect(ask(reserved, observed)).toEqual({
      ...{ kind: "hold", ca: A.id, reason: "replicas-behind", who: ["bunny", "bunny-0"] },
    });
  });

  it("asks a CA of which nobody can tell whether it signs, unless there is no time for that", () => {
    const observed = running(withReserve, signing({ [A.id]: "cannot-tell" }));

    expect(ask(reserved, observed)).toMatchObject({ ca: A.id, reason: "acknowledged" });
    expect(ask(reserved, observed, fromA, true)).toMatchObject({ ca: F.id, reason: "failover" });
    expect(ask(desired, observed, fromA, true)).toMatchObject({ ca: A.id });
  });

  it("renews at the last moment as before only from a CA that is known to sign, where another one is trusted", () => {
    const bundle = bundleOf(5, [{ ...A, since: 5 }, F]);
    const words = [wordOf("relay", "4-0123456789abcdef"), wordOf("bunny", bundle.version)];
    const asked = (signs: "yes" | "cannot-tell") =>
      ask(reserved, running(bundle, { words, ...signing({ [A.id]: signs }) }), fromA, true);

    expect(asked("yes")).toMatchObject({ ca: A.id, reason: "as-before" });
    expect(asked("cannot-tell")).toMatchObject({ ca: F.id, reason: "failover" });
  });

  it("goes back to the link's CA when the leaf of the failover CA is due, and not before", () => {
    expect(ask(reserved, running(withReserve), leafOf("bunny-client", F))).toEqual({
      ...{ kind: "issue", ca: A.id, reason: "acknowledged", replace: false },
    });
  });

  it("issues the first certificate before anybody can have loaded a bundle", () => {
    const nothing = running(bundleOf(1, [A]), { head: { kind: "absent" }, words: [], copies: new Map() });

    expect(ask(desired, nothing, null)).toMatchObject({ ca: A.id, reason: "nothing-to-lose", replace: true });
  });

  it("takes the place of a certificate from elsewhere while no bundle was ever published, from the link's CA", () => {
    const nothing = { head: { kind: "absent" }, words: [], copies: copyOf({ kind: "absent" }) } as const;
    const other = leafOf("bunny-client", A, { issuer: "other" });

    expect(ask(rolling, running(both, nothing), other)).toEqual({
      ...{ kind: "issue", ca: A.id, reason: "nothing-published", replace: true },
    });
    const lost = { ...nothing, copies: copyOf(published(both)) };
    expect(ask(rolling, running(both, lost), other)).toMatchObject({ kind: "hold" });
    const unknown = { ...nothing, copies: copyOf({ kind: "unreadable" }) };
    expect(ask(rolling, running(both, unknown), other)).toMatchObject({ kind: "hold" });
  });

  it("gives no first certificate from a CA that has left the bundle, though the link still names it", () => {
    const observed = running(bundleOf(9, [B]), {
      words: [],
      pinned: new Map([["bunny-client", [A.id, B.id]]]),
    });

    expect(ask(rolling, observed, null)).toMatchObject({ ca: B.id, reason: "nothing-to-lose" });
  });

  it("waits with a CA that was put in the place of another without a next one, until all trust it", () => {
    const swapped: DesiredTrust = { ...desired, issuing: B };
    const words = [wordOf("relay", "2-0123456789abcdef"), wordOf("bunny", both.version)];

    expect(ask(swapped, running(both, { words }))).toMatchObject({ kind: "hold", reason: "replicas-behind" });
    expect(ask(swapped, running(both))).toMatchObject({ ca: B.id, replace: true });
    expect(ask(swapped, running(both, { words }), fromA, true)).toMatchObject({ reason: "nothing-to-lose" });
  });

  it("replaces a leaf that the bundle refuses, and one of an unknown CA", () => {
    const bundle = bundleOf(1, [A], [{ serial: "5", until: NOW + 9 }]);

    expect(ask(desired, running(bundle))).toMatchObject({ replace: true });
    const another = bundleOf(1, [A], [{ serial: "6", until: NOW + 9 }]);
    expect(ask(desired, running(another))).toMatchObject({ replace: false });
    const stranger = leafOf("bunny-client", A, { issuer: "other" });
    expect(ask(desired, running(bundleOf(1, [A])), stranger)).toMatchObject({ ca: A.id, replace: true });
  });
});

describe("gateOf", () => {
  const hand = ["bunny-client"];
  it.each<[string, Partial<ObservedTrust>, string, (readonly string[])?]>([
    [
      "whose hand's pins cannot be read",
      { pinned: new Map([["bunny-client", "unreadable"]]) },
      "pins-unreadable",
      hand,
    ],
    ["whose hand nobody asked", { pinned: new Map() }, "pins-unreadable", hand],
    ["that does not sign", signing({ [B.id]: "no" }), "cannot-sign"],
    ["of which nobody can tell whether it signs", { signs: new Map() }, "signing-unknown"],
    ["that is closed", { head: published(bundleOf(5, [A, { ...B, closedAt: NOW }])) }, "closed"],
  ])("is shut for a CA %s", (_, changes, reason, who = []) => {
    expect(gateOf(rolling, running(both, changes), "bunny-client", B.id, NOW)).toEqual({
      ...{ kind: "shut", reason, who },
    });
  });
});
