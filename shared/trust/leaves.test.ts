import { describe, expect, it } from "vitest";
import { linkWith } from "../../local/testing/links.ts";
import { bunnyCertificates, relayCertificates } from "../certificates/desired.ts";
import { idempotencyToken } from "../certificates/intent.ts";
import type { RevocationOrder } from "../certificates/revocation-order.ts";
import type { Intent } from "../certificates/schema.ts";
import { parseLink } from "../link/load.ts";
import { leavesOf, type Traces, wishesOf } from "./leaves.ts";
import { versionOf } from "./test-publisher.ts";
import { A, B, NOW } from "./test-trust.ts";

const WEEK = 604_800;
const link = parseLink(
  linkWith({ "relay.certificate": { readers: ["arn:aws:iam::123456789012:role/relay"] } }),
);
const arnOf = (name: string) => `arn:aws:acm-pca:eu-west-2:123456789012:certificate-authority/${name}`;
const cas = [
  { role: "issuing" as const, arn: arnOf("a"), facts: A },
  { role: "next" as const, arn: arnOf("b"), facts: B },
];
const [bunny] = bunnyCertificates(link);
const [relay] = relayCertificates(link);
if (bunny === undefined || relay === undefined) throw new Error("the link has too few certificates");

const intentOf = (serial: number, ca: string, changes: Partial<Intent> = {}): Intent => {
  const csrDigest = serial.toString(16).padStart(64, "0");
  return {
    ...{ certificate: "bunny-client", csrDigest, idempotencyToken: idempotencyToken(arnOf(ca), csrDigest) },
    ...{ notAfter: NOW + WEEK, createdAt: NOW + serial, state: "merged" },
    certificateArn: `${arnOf(ca)}/certificate/${serial}`,
    ...changes,
  };
};
const ofBunny: Traces = { desired: bunny, intents: [], current: null, served: [], seen: null };
const ofRelay: Traces = { ...ofBunny, desired: relay };
const leaves = (traces: Traces) => leavesOf([traces], [], cas, NOW);
const currents = (traces: Traces) =>
  leaves(traces).flatMap(({ current, serial }) => (current ? [serial] : []));

describe("leavesOf", () => {
  it("knows by the intents what was issued by which CA, and by the vault which one is current", () => {
    const intents = [intentOf(1, "a"), intentOf(2, "b")];
    const current = versionOf("2", B.id, NOW, NOW + WEEK);
    expect(leaves({ ...ofBunny, intents, current })).toMatchObject([
      { serial: "1", issuer: A.id, current: false },
      { serial: "2", issuer: B.id, current: true },
    ]);
  });

  it("counts what may have been issued, by the CA that the intent was written for", () => {
    const { certificateArn: _, ...begun } = intentOf(1, "b", { state: "intended" });
    const { certificateArn: __, ...refused } = intentOf(2, "b", { state: "refused" });
    expect(leaves({ ...ofBunny, intents: [begun, refused] })).toMatchObject([
      { serial: null, issuer: B.id, current: false },
    ]);
  });

  it("takes an intent of a CA that the link does not name for anybody's", () => {
    expect(leaves({ ...ofBunny, intents: [intentOf(1, "gone")] })).toMatchObject([{ issuer: "other" }]);
  });

  it("knows a current one that no intent knows, such as one that was imported", () => {
    const current = versionOf("9", "other", NOW, NOW + 7);
    expect(leaves({ ...ofBunny, current })).toEqual([
      { certificate: "bunny-client", serial: "9", issuer: "other", notAfter: NOW + 7, current: true },
    ]);
    const unpinned = versionOf("9", "c".repeat(64), NOW, NOW + 7);
    expect(leaves({ ...ofBunny, current: unpinned })).toMatchObject([{ issuer: "other" }]);
  });

  it("takes what somebody else had signed for a leaf too", () => {
    const stranger = {
      ...{ certificate: "bunny-client", serial: "7", certificateArn: `${arnOf("a")}/certificate/7` },
      ...{ notAfter: NOW + 9, foundAt: NOW, reason: "no intent for its key" },
    };
    expect(leavesOf([], [stranger], cas, NOW)).toMatchObject([{ serial: "7", issuer: A.id, current: false }]);
  });

  it("takes for relay's current ones what is served, what was merged last, and what may be merged", () => {
    const intents = [
      intentOf(1, "a"),
      intentOf(2, "a"),
      intentOf(3, "a"),
      intentOf(4, "b", { state: "issued" }),
    ];
    expect(currents({ ...ofRelay, intents, served: ["1"] })).toEqual(["1", "3", "4"]);
  });

  it("takes every one of relay's that lives for current while no replica says what it serves", () => {
    const intents = [intentOf(1, "a"), intentOf(2, "a"), intentOf(3, "a", { notAfter: NOW })];
    expect(currents({ ...ofRelay, intents })).toEqual(["1", "2"]);
  });

  it("takes a served serial that nobody knows for one that may come from any CA", () => {
    expect(leaves({ ...ofRelay, served: ["ff"] })).toMatchObject([
      { serial: "ff", issuer: "other", current: true, notAfter: NOW + relay.lifetimeSeconds },
    ]);
  });
});

describe("wishesOf", () => {
  const order = (serial: string, changes: Partial<RevocationOrder> = {}): RevocationOrder => ({
    ...{ serial, certificate: "relay-server", reason: "KEY_COMPROMISE", origin: "person", state: "ordered" },
    ...{ orderedBy: "alice", orderedAt: NOW },
    ...changes,
  });
  const wishes = (orders: readonly RevocationOrder[], traces: Traces) =>
    wishesOf(orders, [traces], leaves(traces), NOW).map(({ serial, notAfter }) => [serial, notAfter]);
  const intents = [intentOf(1, "a"), intentOf(2, "a")];

  it("refuses an old one of relay's whose key is known, once no replica serves it, until its end", () => {
    expect(wishes([order("1")], { ...ofRelay, intents, served: ["2"] })).toEqual([["1", NOW + WEEK]]);
    expect(wishes([order("1")], { ...ofRelay, intents, served: ["1"] })).toEqual([]);
  });

  it("waits while the replicas serve different ones, or none is heard", () => {
    expect(wishes([order("1")], { ...ofRelay, intents, served: ["2", "3"] })).toEqual([]);
    expect(wishes([order("1")], { ...ofRelay, intents })).toEqual([]);
  });

  it("refuses what has left the link, and waits for no replacement of it", () => {
    expect(wishes([order("5", { certificate: "gone" })], ofRelay)).toEqual([["5", null]]);
  });

  it("does not refuse what is current, also when the CA has revoked it", () => {
    const current = versionOf("2", A.id, NOW, NOW + WEEK);
    const done = order("2", { certificate: "bunny-client", state: "revoked" });
    expect(wishes([done], { ...ofBunny, intents, current })).toEqual([]);
    expect(wishes([{ ...done, serial: "1" }], { ...ofBunny, intents, current })).toEqual([["1", NOW + WEEK]]);
  });
});
