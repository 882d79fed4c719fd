import { describe, expect, it } from "vitest";
import type { RevocationStanding } from "../certificates/revocation.ts";
import type { RevocationOrder } from "../certificates/revocation-order.ts";
import { planRevoked, type RevokedWish, revokedWishes } from "./revoked.ts";
import { NOW } from "./test-trust.ts";

const order = (changes: Partial<RevocationOrder>): RevocationOrder => ({
  serial: "1",
  certificate: "bunny-client",
  reason: "SUPERSEDED",
  origin: "person",
  orderedBy: "arn:aws:iam::111122223333:role/operator",
  orderedAt: NOW - 60,
  state: "ordered",
  ...changes,
});
const standing = (serial: string, proof: "seen" | "awaited"): RevocationStanding => ({
  current: { serial, createdAt: NOW - 600 },
  proof,
});
const wished = (one: RevocationOrder, held: RevocationStanding) =>
  revokedWishes(
    [one],
    () => held,
    () => NOW + 50,
    NOW,
  ).map(({ serial }) => serial);

describe("revokedWishes", () => {
  it("takes an order once its leaf is replaced and the replacement was seen in use", () => {
    expect(wished(order({}), standing("2", "seen"))).toEqual(["1"]);
    expect(wished(order({}), standing("2", "awaited"))).toEqual([]);
  });

  it("takes one whose key is known to others as soon as its leaf is replaced", () => {
    expect(wished(order({ reason: "KEY_COMPROMISE" }), standing("2", "awaited"))).toEqual(["1"]);
  });

  it("never takes what its holder has to present", () => {
    expect(wished(order({ reason: "KEY_COMPROMISE" }), standing("1", "seen"))).toEqual([]);
    expect(wished(order({ reason: "KEY_COMPROMISE" }), "unsettled")).toEqual([]);
  });

  it.each<[string, Partial<RevocationOrder>, readonly string[]]>([
    ["what the CA has revoked", { state: "revoked" }, ["1"]],
    ["what a short-lived CA leaves to expire", { state: "refused", code: "left-to-expire" }, ["1"]],
    ["what is from a CA that the link has left", { state: "refused", code: "other-ca" }, ["1"]],
    ["no order that is open, whatever code it has", { code: "other-ca" }, []],
    ["no order that was closed as a mistake", { state: "refused", code: "in-use" }, []],
    ["no order that the CA refused", { state: "refused", code: "ResourceNotFoundException" }, []],
  ])("takes %s", (_, changes, serials) => {
    expect(wished(order(changes), "unsettled")).toEqual(serials);
  });
});

describe("planRevoked", () => {
  const plan = (
    published: readonly { readonly serial: string; readonly until: number }[],
    wishes: readonly RevokedWish[] | "unreadable",
    bytes = 10_000,
  ) => planRevoked(published, wishes, { lastEnd: NOW + 9_000, bytes }, NOW);
  const wish = (serial: string, changes: Partial<RevokedWish> = {}): RevokedWish => ({
    ...{ serial, reason: "SUPERSEDED", notAfter: NOW + 1_000 },
    ...changes,
  });

  it("refuses a serial until its leaf has ended, with the clocks' difference", () => {
    expect(
      plan([], [wish("1"), wish("2", { notAfter: NOW - 300 }), wish("3", { notAfter: NOW - 299 })]),
    ).toEqual({
      revoked: [
        { serial: "1", until: NOW + 1_300 },
        { serial: "3", until: NOW + 1 },
      ],
      over: [],
    });
  });

  it("refuses a serial whose end nobody knows until its CA's end", () => {
    expect(plan([], [wish("1", { notAfter: null })]).revoked).toEqual([{ serial: "1", until: NOW + 9_000 }]);
  });

  it("takes nothing back when the orders are lost or cannot be read", () => {
    const published = [{ serial: "1", until: NOW + 7 }];

    expect(plan(published, []).revoked).toEqual(published);
    expect(plan(published, "unreadable").revoked).toEqual(published);
    expect(plan(published, [wish("1")]).revoked).toEqual(published);
    expect(plan([{ serial: "1", until: NOW }], []).revoked).toEqual([]);
  });

  it("places known keys first, then what would be accepted for longest, and names what has no place", () => {
    const wishes = [
      wish("a", { notAfter: NOW + 5_000 }),
      wish("b", { notAfter: NOW + 6_000 }),
      wish("c", { reason: "KEY_COMPROMISE" }),
    ];
    const each = JSON.stringify({ serial: "a", until: NOW }).length + 1;

    expect(plan([], wishes, 2 * each)).toMatchObject({
      revoked: [{ serial: "b" }, { serial: "c" }],
      over: ["a"],
    });
    expect(plan([], wishes.toReversed(), 2 * each)).toEqual(plan([], wishes, 2 * each));
    expect(plan([], wishes, 2 * each - 1).over).toEqual(["b", "a"]);
  });

  it("places no more than two hundred", () => {
    const wishes = Array.from({ length: 205 }, (_, index) => wish(index.toString(16)));

    expect(plan([], wishes, 100_000).revoked).toHaveLength(200);
    expect(plan([], wishes, 100_000).over).toHaveLength(5);
  });
});
