import { describe, expect, it } from "vitest";
import { planTrust } from "./plan.ts";
import type { DesiredTrust, ObservedTrust } from "./state.ts";
import { A, B, bundleOf, copyOf, desired, leafOf, NOW, published, running, wordOf } from "./test-trust.ts";

const rolling: DesiredTrust = { ...desired, next: B };
const one = bundleOf(4, [A]);
const told = (observed: ObservedTrust, wanted = desired) =>
  planTrust(wanted, observed, NOW).steps.map(({ kind, party, bundle, replaces }) => [
    ...[kind, party, bundle.number, replaces],
  ]);
const bundleIn = (observed: ObservedTrust, wanted = desired) =>
  planTrust(wanted, observed, NOW).steps[0]?.bundle;
const wish = { serial: "9", reason: "KEY_COMPROMISE", notAfter: NOW + 1_000 } as const;

describe("planTrust", () => {
  it("does nothing where both sides hold what is wanted", () => {
    for (const at of [NOW, NOW - 86_399, NOW - 30 * 86_400]) {
      const observed = running(one, { head: published(one, at) });
      expect(planTrust(desired, observed, NOW)).toMatchObject({ steps: [], troubles: [] });
    }
  });

  it("publishes the first bundle to relay, then copies it", () => {
    const nothing = running(one, { head: { kind: "absent" }, copies: copyOf({ kind: "absent" }), words: [] });

    expect(told(nothing)).toEqual([
      ["publish", "relay", 1, null],
      ["copy", "bunny", 1, null],
    ]);
  });

  it("gives each content the next number, and says since which number each CA is in it", () => {
    expect(told(running(one), rolling)).toEqual([
      ["publish", "relay", 5, "store-4"],
      ["copy", "bunny", 5, "store-4"],
    ]);
    expect(bundleIn(running(one), rolling)?.authorities.map(({ since }) => since)).toEqual([1, 5]);
  });

  it("counts a CA anew whose chain has another text", () => {
    const wanted = { ...desired, issuing: { ...A, pem: "its chain, with another root" } };

    expect(bundleIn(running(one), wanted)?.authorities[0]).toMatchObject({
      since: 5,
      pem: wanted.issuing.pem,
    });
  });

  it("refuses a serial with the next bundle, at once", () => {
    const bundle = bundleIn(running(one, { head: published(one, NOW), revoked: [wish] }));

    expect(bundle?.revoked).toEqual([{ serial: "9", until: NOW + 1_300 }]);
  });

  it("copies what relay's store holds, and publishes nothing for it", () => {
    const observed = running(one, { copies: copyOf(published(bundleOf(3, [A]))) });

    expect(told(observed)).toEqual([["copy", "bunny", 4, "store-3"]]);
  });

  it("goes on with relay while a bunny's store cannot be read, and says so", () => {
    const observed = running(one, { copies: copyOf({ kind: "unreadable" }), revoked: [wish] });

    expect(told(observed)).toEqual([["publish", "relay", 5, "store-4"]]);
    expect(planTrust(desired, observed, NOW).troubles).toEqual([
      { kind: "store-unreadable", party: "bunny" },
    ]);
  });

  it("publishes nothing while relay's store cannot be read: what is there is not known", () => {
    const observed = running(one, { head: { kind: "unreadable" }, revoked: [wish] });

    expect(told(observed)).toEqual([]);
    expect(planTrust(desired, observed, NOW).troubles).toEqual([
      { kind: "store-unreadable", party: "relay" },
    ]);
  });

  it("puts its own in the place of what is no bundle, above all numbers that were seen", () => {
    const observed = running(one, { head: { kind: "malformed", storeVersion: "store-x" } });

    expect(told(observed)).toEqual([
      ["publish", "relay", 5, "store-x"],
      ["copy", "bunny", 5, "store-4"],
    ]);
    expect(planTrust(desired, observed, NOW).troubles).toEqual([{ kind: "store-malformed", party: "relay" }]);
  });

  it("still refuses what a copy refuses when relay's store is gone", () => {
    const refusing = bundleOf(4, [A], [{ serial: "9", until: NOW + 5 }]);
    const observed = running(refusing, { head: { kind: "absent" } });

    expect(bundleIn(observed)?.revoked).toEqual(refusing.revoked);
  });

  it("goes above a number that somebody stepped back from, and counts every CA anew", () => {
    const observed = running(one, { copies: copyOf(published(bundleOf(6, [A]))) });

    expect(told(observed)).toEqual([
      ["publish", "relay", 7, "store-4"],
      ["copy", "bunny", 7, "store-6"],
    ]);
    expect(bundleIn(observed)?.authorities[0]?.since).toBe(7);
  });

  it("goes above another bundle of the same number", () => {
    const other = bundleOf(4, [A, B]);

    expect(told(running(one, { copies: copyOf(published(other)) }))[0]).toEqual([
      "publish",
      "relay",
      5,
      "store-4",
    ]);
  });

  it("heeds a later number that only replicas say, within an hour, and none that is far off", () => {
    const says = (number: number, at: number) =>
      told(
        running(one, { words: [wordOf("relay", `${number}-0123456789abcdef`)], head: published(one, at) }),
      );

    expect(says(6, NOW - 3_599)).toEqual([]);
    expect(says(6, NOW - 3_600)[0]).toEqual(["publish", "relay", 7, "store-4"]);
    expect(says(104, NOW - 3_600)[0]).toEqual(["publish", "relay", 105, "store-4"]);
    expect(says(105, NOW - 3_600)).toEqual([]);
  });

  it("goes above that number with whatever else is published", () => {
    const words = [wordOf("relay", "6-0123456789abcdef")];
    const bundle = bundleIn(running(one, { words, head: published(one, NOW), revoked: [wish] }));

    expect(bundle).toMatchObject({ number: 7, authorities: [{ since: 7 }] });
  });

  it("takes ended serials out with the next publication, or after a day", () => {
    const ended = bundleOf(4, [A], [{ serial: "9", until: NOW }]);
    const at = (instant: number) => running(ended, { head: published(ended, instant) });

    expect(bundleIn(at(NOW - 86_399))).toBeUndefined();
    expect(bundleIn(at(NOW - 86_400))?.revoked).toEqual([]);
    expect(bundleIn(at(NOW), rolling)?.revoked).toEqual([]);
    const lasting = { serial: "8", until: NOW + 9 };
    const half = bundleOf(4, [A], [lasting, { serial: "9", until: NOW }]);
    expect(bundleIn(running(half, { head: published(half, NOW - 86_399) }))).toBeUndefined();
    expect(bundleIn(running(half, { head: published(half, NOW - 86_400) }))?.revoked).toEqual([lasting]);
  });

  it("tells which CA is kept though the link has left it, and a leaf of a CA that nobody knows", () => {
    const observed = running(bundleOf(4, [A, B]), {
      leaves: [leafOf("bunny-client", B), leafOf("relay-server", A, { issuer: "other" })],
    });

    expect(planTrust(desired, observed, NOW).troubles).toEqual([
      { kind: "ca-still-needed", ca: B.id },
      { kind: "leaf-of-unknown-ca", certificate: "relay-server" },
    ]);
  });

  it("tells what it could not read", () => {
    const blind = running(one, { words: "unreadable", leaves: "unreadable", revoked: "unreadable" });

    expect(planTrust(desired, blind, NOW).troubles.map(({ kind }) => kind)).toEqual([
      ...["words-unreadable", "leaves-unreadable", "orders-unreadable"],
    ]);
  });

  it("says who runs what is published", () => {
    const words = [wordOf("relay", one.version), wordOf("bunny", "3-0123456789abcdef")];

    expect(Object.fromEntries(planTrust(desired, running(one, { words }), NOW).loaded)).toMatchObject({
      ...{ relay: { kind: "loaded" }, bunny: { kind: "not-loaded", reason: "replicas-behind" } },
    });
  });
});
