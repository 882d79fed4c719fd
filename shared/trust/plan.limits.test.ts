/** How much a bundle holds, how high its number goes, and what has ended. */
import { describe, expect, it } from "vitest";
import { planTrust } from "./plan.ts";
import { roomFor } from "./publish.ts";
import { AUTHORITIES_MAX, NUMBER_MAX } from "./schema.ts";
import type { DesiredTrust } from "./state.ts";
import { A, B, bundleOf, caNamed, copyOf, desired, leafOf, NOW, published, running } from "./test-trust.ts";

const one = bundleOf(4, [A]);
const wish = { serial: "9", reason: "KEY_COMPROMISE", notAfter: NOW + 1_000 } as const;

describe("planTrust, at a bundle's limits", () => {
  it("keeps the published one when the CAs alone take more room than a bundle has", () => {
    const long = (letter: string) => ({ ...caNamed(letter), pem: "x".repeat(13_000) });
    const wanted = { ...desired, issuing: long("a"), next: long("b") };

    expect(planTrust(wanted, running(one), NOW)).toMatchObject({
      steps: [],
      troubles: [{ kind: "bundle-too-large" }],
    });
  });

  it("publishes as many CAs as a bundle may hold, and keeps the published one when there are more", () => {
    const others = [..."12345678"].map(caNamed);
    const held = (count: number) => {
      const cas = others.slice(0, count);
      const leaves = cas.map((ca) => leafOf("bunny-client", ca, { current: false }));
      return planTrust(desired, running(bundleOf(4, cas), { leaves }), NOW);
    };
    expect(held(AUTHORITIES_MAX - 1).steps[0]?.bundle.authorities).toHaveLength(AUTHORITIES_MAX);
    expect(held(AUTHORITIES_MAX).steps).toEqual([]);
  });

  it("fills a bundle with CAs to its last byte, and not beyond", () => {
    const wanted = (length: number): DesiredTrust => ({
      ...desired,
      issuing: { ...A, pem: "x".repeat(12_000) },
      next: { ...B, pem: "x".repeat(length) },
    });
    const authorities = [A, B].map(({ id, notAfter }) => ({ id, notAfter, pem: "", closedAt: null }));
    const room = roomFor(running(one), authorities) - 12_000;
    expect(planTrust(wanted(room), running(one), NOW).steps).toHaveLength(2);
    expect(planTrust(wanted(room + 1), running(one), NOW).troubles).toEqual([{ kind: "bundle-too-large" }]);
  });

  it("gives the last of all numbers, and none after it", () => {
    const at = (number: number) => {
      const bundle = bundleOf(number, [A]);
      return planTrust({ ...desired, next: B }, running(bundle), NOW);
    };
    expect(at(NUMBER_MAX - 1).steps[0]?.bundle.number).toBe(NUMBER_MAX);
    expect(at(NUMBER_MAX)).toMatchObject({ steps: [], troubles: [{ kind: "numbers-used-up" }] });
  });

  it("refuses a serial whose end nobody knows for as long as any of its CAs lasts", () => {
    const revoked = [{ ...wish, notAfter: null }];
    const longer = { ...B, notAfter: B.notAfter + 1_000 };
    const { steps } = planTrust({ ...desired, next: longer }, running(one, { revoked }), NOW);
    expect(steps[0]?.bundle.revoked).toEqual([{ serial: "9", until: longer.notAfter }]);
  });

  it("names the serials that have no place", () => {
    const revoked = Array.from({ length: 201 }, (_, index) => ({
      ...wish,
      serial: (index + 1).toString(16),
    }));

    expect(planTrust(desired, running(one, { revoked }), NOW).troubles).toEqual([
      { kind: "revocations-without-place", serials: ["f"] },
    ]);
  });

  it("names no serial without a place that needs none any more", () => {
    const until = (index: number) => NOW + 900 - index * 6;
    const many = Array.from({ length: 152 }, (_, index) => ({
      serial: `${index + 100}`,
      until: until(index),
    }));
    const copies = copyOf(published(bundleOf(9, [A], many)));
    const { troubles } = planTrust(desired, running(one, { head: { kind: "absent" }, copies }), NOW);
    expect(until(150)).toBe(NOW);
    expect(troubles).toEqual([]);
  });

  it("tells of no leaf of an unknown CA that has ended", () => {
    const told = (notAfter: number) => {
      const leaves = [leafOf("relay-server", A, { issuer: "other", notAfter })];
      return planTrust(desired, running(one, { leaves }), NOW).troubles;
    };
    expect(told(NOW)).toEqual([]);
    expect(told(NOW + 1)).toEqual([{ kind: "leaf-of-unknown-ca", certificate: "relay-server" }]);
  });
});
