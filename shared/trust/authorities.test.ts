import { describe, expect, it } from "vitest";
import { planAuthorities } from "./authorities.ts";
import { planRollover } from "./rollover.ts";
import type { DesiredTrust, KnownLeaf, ObservedTrust } from "./state.ts";
import { A, B, bundleOf, desired, F, leafOf, NOW, running, wordOf } from "./test-trust.ts";

const rolling: DesiredTrust = { ...desired, next: B };
const both = bundleOf(5, [A, { ...B, since: 3 }]);
const closedFor = (seconds: number) =>
  bundleOf(6, [
    { ...A, closedAt: NOW - seconds },
    { ...B, since: 3 },
  ]);
const fromB = [leafOf("bunny-client", B), leafOf("relay-server", B)];
const earlier = (changes: Partial<KnownLeaf>) => leafOf("bunny-client", A, { current: false, ...changes });

const planned = (wanted: DesiredTrust, observed: ObservedTrust) =>
  Object.fromEntries(planAuthorities(wanted, observed, NOW).map(({ id, closedAt }) => [id[0], closedAt]));
const phase = (observed: ObservedTrust) => planRollover(rolling, observed, NOW);

describe("planAuthorities", () => {
  it("holds every CA that the link names, from the first moment", () => {
    const nothing = running(both, { head: { kind: "absent" }, copies: new Map(), words: [], leaves: [] });

    expect(planned({ ...rolling, failover: F }, nothing)).toEqual({ a: null, b: null, f: null });
  });

  it("lists them by their ids, whatever place the link gives them", () => {
    const wanted = { ...rolling, failover: F };

    expect(planAuthorities(wanted, running(both), NOW).map(({ id }) => id)).toEqual([A.id, B.id, F.id]);
    const turned = { ...desired, issuing: F, next: B, failover: A };
    expect(planAuthorities(turned, running(bundleOf(5, [A, B, F])), NOW).map(({ id }) => id)).toEqual([
      A.id,
      B.id,
      F.id,
    ]);
  });

  it("gives the outgoing CA to a bundle that lacks it and the next one, whatever else is in it", () => {
    expect(planned(rolling, running(bundleOf(7, [F]), { leaves: fromB }))).toEqual({
      a: null,
      b: null,
      f: NOW,
    });
  });

  it("closes the outgoing CA once each current certificate is from another, and could be again", () => {
    expect(planned(rolling, running(both))).toEqual({ a: null, b: null });
    expect(planned(rolling, running(both, { leaves: fromB }))).toEqual({ a: NOW, b: null });
  });

  it.each<[string, Partial<ObservedTrust>]>([
    ["a certificate is still from it", { leaves: [leafOf("bunny-client", A), leafOf("relay-server", B)] }],
    ["a replica has not loaded the next one", { words: [wordOf("relay", "2-0123456789abcdef")] }],
    [
      "a certificate is from a CA that nobody knows",
      { leaves: [leafOf("bunny-client", B), leafOf("relay-server", B, { issuer: "other" })] },
    ],
    [
      "a hand was not deployed with the next one",
      {
        pinned: new Map([
          ["bunny-client", [A.id]],
          ["relay-server", [A.id, B.id]],
        ]),
      },
    ],
    ["the next one does not sign", { signs: new Map([[B.id, "no"]]) }],
    ["nobody can tell whether the next one signs", { signs: new Map() }],
    ["nobody can tell what was issued", { leaves: "unreadable" }],
    ["nobody knows of a certificate", { pinned: new Map() }],
  ])("leaves the outgoing CA open while %s", (_, changes) => {
    expect(planned(rolling, running(both, { leaves: fromB, ...changes }))).toMatchObject({ a: null });
  });

  it("keeps a closed CA for as long as a run may take that had decided to issue from it", () => {
    expect(planned(rolling, running(closedFor(1_199), { leaves: fromB }))).toEqual({
      a: NOW - 1_199,
      b: null,
    });
    expect(planned(rolling, running(closedFor(1_200), { leaves: fromB }))).toEqual({ b: null });
  });

  it("keeps a closed CA until the last of its leaves has ended, with the clocks' difference", () => {
    const withLeaf = (leaf: KnownLeaf) =>
      planned(rolling, running(closedFor(9_000), { leaves: [...fromB, leaf] }));

    expect(withLeaf(earlier({ notAfter: NOW - 299 }))).toHaveProperty("a");
    expect(withLeaf(earlier({ notAfter: NOW - 300 }))).not.toHaveProperty("a");
    expect(withLeaf(earlier({ serial: null }))).toHaveProperty("a");
    expect(withLeaf(earlier({ issuer: "other" }))).toHaveProperty("a");
    expect(planned(rolling, running(closedFor(9_000), { leaves: "unreadable" }))).toHaveProperty("a");
  });

  it("does not wait for the end of a leaf that the bundle refuses", () => {
    const { number, authorities } = closedFor(9_000);
    const refusing = bundleOf(number, authorities, [{ serial: "7", until: NOW + 9 }]);

    expect(planned(rolling, running(refusing, { leaves: [...fromB, earlier({ serial: "7" })] }))).toEqual({
      b: null,
    });
  });

  it("opens it again when something came from it all the same, or the next one does not sign", () => {
    const closed = closedFor(60);

    expect(planned(rolling, running(closed))).toEqual({ a: null, b: null });
    expect(planned(rolling, running(closed, { leaves: fromB, signs: new Map([[B.id, "no"]]) }))).toEqual({
      ...{ a: null, b: null },
    });
  });

  it("stays closed while nobody can tell what was issued, or whether the next one signs", () => {
    const closed = closedFor(60);

    expect(planned(rolling, running(closed, { leaves: "unreadable" }))).toMatchObject({ a: NOW - 60 });
    expect(planned(rolling, running(closed, { leaves: fromB, signs: new Map() }))).toMatchObject({
      a: NOW - 60,
    });
  });

  it("leaves out what has left, and takes it back when somebody presents a leaf of it", () => {
    const after = bundleOf(7, [B]);

    expect(planned(rolling, running(after, { leaves: fromB }))).toEqual({ b: null });
    expect(planned(rolling, running(after, { leaves: [leafOf("bunny-client", A)] }))).toEqual({
      a: null,
      b: null,
    });
    const [client, server] = [leafOf("bunny-client", A), earlier({ certificate: "relay-server" })];
    expect(planned(rolling, running(after, { leaves: [client, server] }))).toMatchObject({ a: null });
    expect(planned(rolling, running(after, { leaves: [...fromB, earlier({})] }))).toEqual({
      a: NOW,
      b: null,
    });
  });

  it.each<[string, ObservedTrust["leaves"]]>([
    ["nobody can read what was issued", "unreadable"],
    ["a leaf is from a CA that nobody knows", [...fromB, earlier({ issuer: "other" })]],
    ["what somebody presents is from such a CA", [leafOf("bunny-client", A, { issuer: "other" })]],
    ["its last leaf has ended", [...fromB, earlier({ notAfter: NOW - 300 })]],
  ])("takes back nothing that has left while %s", (_, leaves) => {
    expect(planned(rolling, running(bundleOf(7, [B]), { leaves }))).toEqual({ b: null });
    const gone = { head: { kind: "malformed", storeVersion: "x" } as const, leaves };
    expect(planned(rolling, running(bundleOf(7, [B]), gone))).toEqual({ b: null });
  });

  it("lets no CA in that the link does not name while nobody can read what was issued", () => {
    for (const wanted of [desired, rolling, { ...desired, issuing: B }, { ...rolling, failover: F }])
      for (const held of [[A], [B], [A, B], [{ ...A, closedAt: NOW - 60 }, B]]) {
        const { issuing, next, failover } = wanted;
        const named = [next ?? issuing, failover].map((ca) => ca?.id[0]);
        const before = held.map(({ id }) => id[0]);
        const has = Object.keys(planned(wanted, running(bundleOf(7, held), { leaves: "unreadable" })));
        // The outgoing one is in the bundle until the next one is.
        const outgoing = before.includes(next?.id[0]) ? [] : [issuing.id[0]];
        expect([...named, ...before, ...outgoing]).toEqual(expect.arrayContaining(has));
      }
  });

  it("keeps a CA that the link names no more while somebody may present a leaf of it, and closes it", () => {
    const swapped: DesiredTrust = { ...desired, issuing: B };

    expect(planned(swapped, running(both))).toEqual({ a: NOW, b: null });
    expect(planned(swapped, running(closedFor(9_000)))).toEqual({ a: NOW - 9_000, b: null });
    expect(planned(swapped, running(closedFor(9_000), { leaves: fromB }))).toEqual({ b: null });
  });

  it("knows the CAs of before from the bunnies' copies when relay's store is gone", () => {
    const swapped: DesiredTrust = { ...desired, issuing: B };

    expect(planned(swapped, running(both, { head: { kind: "absent" } }))).toEqual({ a: NOW, b: null });
  });
});

describe("planRollover", () => {
  it("says what the change of CA waits for, from its begin to its end", () => {
    const words = [wordOf("relay", "2-0123456789abcdef"), wordOf("bunny", both.version)];
    const last = earlier({ notAfter: NOW + 5_000 });

    expect(planRollover(desired, running(both), NOW)).toEqual({ phase: "none" });
    expect(phase(running(both, { words }))).toEqual({
      ...{ phase: "preparing", reason: "replicas-behind", who: ["relay", "relay-0"] },
    });
    expect(phase(running(both, { leaves: "unreadable" }))).toMatchObject({
      who: ["bunny-client", "relay-server"],
    });
    const half = [leafOf("bunny-client", A), leafOf("relay-server", B)];
    expect(phase(running(both, { leaves: half }))).toEqual({ phase: "re-issuing", who: ["bunny-client"] });
    expect(phase(running(both))).toEqual({ phase: "re-issuing", who: ["bunny-client", "relay-server"] });
    expect(phase(running(closedFor(60), { leaves: [...fromB, last] }))).toEqual({
      ...{ phase: "closing", until: NOW + 5_000 },
    });
    const unknown = { ...last, issuer: "other" } as const;
    expect(phase(running(closedFor(60), { leaves: [...fromB, unknown] }))).toMatchObject({
      until: NOW + 5_000,
    });
    expect(phase(running(closedFor(60), { leaves: fromB }))).toEqual({
      phase: "closing",
      until: NOW + 1_140,
    });
    expect(phase(running(closedFor(60), { leaves: "unreadable" }))).toEqual({
      phase: "closing",
      until: null,
    });
    expect(phase(running(bundleOf(7, [B]), { leaves: fromB }))).toEqual({ phase: "complete" });
    expect(phase(running(bundleOf(7, [B]), { leaves: [...fromB, last] }))).toEqual({
      ...{ phase: "re-issuing", who: [] },
    });
  });

  it("is complete with the next CA in the bundle, whatever else is in it, and never without", () => {
    expect(phase(running(bundleOf(7, [B, F]), { leaves: fromB }))).toEqual({ phase: "complete" });
    expect(phase(running(bundleOf(7, [F]), { leaves: fromB }))).toMatchObject({ phase: "preparing" });
    const gone = { head: { kind: "absent" }, leaves: fromB } as const;
    expect(phase(running(both, gone))).toMatchObject({ phase: "preparing" });
  });
});
