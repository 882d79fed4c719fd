import { describe, expect, it } from "vitest";
import { findHold, isNothingPublished } from "./hold.ts";
import { planTrust } from "./plan.ts";
import type { ObservedTrust, Store } from "./state.ts";
import { A, bundleOf, copyOf, desired, leafOf, NOW, published, running } from "./test-trust.ts";

const bundle = bundleOf(150, [A]);
const absent: Store = { kind: "absent" };
const malformed: Store = { kind: "malformed", storeVersion: "x" };
const unreadable: Store = { kind: "unreadable" };
const other = leafOf("bunny-client", { id: "other" });
const first = (changes: Partial<ObservedTrust> = {}) =>
  running(bundle, { head: absent, copies: copyOf(absent), words: [], ...changes });
const hold = (observed: ObservedTrust) => findHold(desired, observed, NOW);

describe("findHold", () => {
  it("holds up no bundle that follows on another, nor a first one that all certificates are good for", () => {
    expect(hold(running(bundle, { leaves: "unreadable", copies: copyOf(unreadable) }))).toBeNull();
    expect(hold(running(bundle, { leaves: [other] }))).toBeNull();
    expect(hold(first())).toBeNull();
    // Of a bunny that has none yet nobody is refused.
    expect(hold(first({ leaves: [leafOf("relay-server", A)] }))).toBeNull();
  });

  it.each<[string, ObservedTrust, object]>([
    [
      "relay's store cannot be read",
      first({ head: unreadable }),
      { reason: "head-unreadable", who: ["relay"] },
    ],
    ...[absent, malformed].flatMap((head): [string, ObservedTrust, object][] => [
      [
        `relay's store is ${head.kind}, and a copy cannot be read`,
        first({ head, copies: copyOf(unreadable) }),
        { reason: "copies-unreadable", who: ["bunny"] },
      ],
      [
        `relay's store is ${head.kind}, and nobody was asked for a copy`,
        first({ head, copies: new Map() }),
        { reason: "copies-unreadable", who: ["bunny"] },
      ],
      [
        `nothing is published, relay's store is ${head.kind}, and somebody presents a leaf of an unknown CA`,
        first({ head, leaves: [other, leafOf("relay-server", A)] }),
        { reason: "first-leaf-of-unknown-ca", who: ["bunny-client"] },
      ],
    ]),
    [
      "the first leaves cannot be read",
      first({ leaves: "unreadable" }),
      { reason: "first-leaves-unreadable", who: [] },
    ],
    [
      "nobody can tell what relay serves",
      first({ words: "unreadable" }),
      { reason: "first-words-unreadable", who: [] },
    ],
    [
      "relay has no certificate of the link's yet",
      first({ leaves: [leafOf("bunny-client", A)] }),
      { reason: "first-certificate-missing", who: ["relay-server"] },
    ],
    [
      "relay has no such certificate any more, only one that it served before",
      first({ leaves: [leafOf("bunny-client", A), leafOf("relay-server", A, { current: false })] }),
      { reason: "first-certificate-missing", who: ["relay-server"] },
    ],
  ])("publishes nothing while %s", (_, observed, expected) => {
    expect(hold(observed)).toEqual(expected);
    expect(planTrust(desired, observed, NOW)).toMatchObject({ steps: [], hold: expected });
  });

  it("waits for no leaf that has ended", () => {
    const ended = leafOf("bunny-client", { id: "other" }, { notAfter: NOW - 300 });
    expect(hold(first({ leaves: [ended, leafOf("relay-server", A)] }))).toBeNull();
  });

  it("restores from the copies what relay's store has lost, whatever somebody presents", () => {
    const lost = running(bundle, { head: malformed, leaves: [other] });
    expect(hold(lost)).toBeNull();
    expect(planTrust(desired, lost, NOW).steps[0]?.bundle).toMatchObject({ number: 151 });
  });

  it("restores from one copy though another bunny has none yet", () => {
    const copies = new Map([...copyOf(published(bundle)), ["burrow", absent]]);
    expect(hold(first({ copies, leaves: [other] }))).toBeNull();
  });
});

describe("isNothingPublished", () => {
  it("holds where every store is empty, and not where one holds anything or cannot be read", () => {
    expect(isNothingPublished(first())).toBe(true);
    for (const store of [malformed, unreadable, published(bundle)]) {
      expect(isNothingPublished(first({ head: store }))).toBe(false);
      expect(isNothingPublished(first({ copies: copyOf(store) }))).toBe(false);
    }
  });
});
