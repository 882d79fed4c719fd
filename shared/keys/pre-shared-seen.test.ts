import { describe, expect, it } from "vitest";
import { Secret } from "../runtime/secret.ts";
import { fingerprintOf, makeSalt } from "./pre-shared-fingerprint.ts";
import { writePreSharedKey } from "./pre-shared-key.ts";
import { type KeyAnswers, seenKeyOf } from "./pre-shared-seen.ts";

const salt = makeSalt((bytes) => new Uint8Array(bytes).fill(7));
const [CURRENT, PENDING, OTHER] = ["current.key.1", "pending.key.1", "others.key.1"] as const;
const labelled = (version: string, key: string, tunnel = "one-a") => ({
  version,
  createdAt: 1_000,
  labels: [],
  value: writePreSharedKey({ tunnel, origin: "made", key: new Secret(key) }),
});
const mark = (key: string) => fingerprintOf(salt, "one-a", new Secret(key));
const seen = (changes: Partial<KeyAnswers> = {}) =>
  seenKeyOf("one-a", salt, {
    labels: { current: labelled("c", CURRENT), pending: labelled("p", PENDING) },
    aws: new Secret(CURRENT),
    azure: mark(CURRENT),
    ...changes,
  });

describe("fingerprintOf", () => {
  it("is another one for another key, another tunnel and another look", () => {
    const otherSalt = makeSalt((bytes) => new Uint8Array(bytes).fill(8));
    const marks = [
      mark(CURRENT),
      mark(PENDING),
      fingerprintOf(salt, "one-b", new Secret(CURRENT)),
      fingerprintOf(otherSalt, "one-a", new Secret(CURRENT)),
    ];
    expect(new Set(marks).size).toBe(4);
    expect(marks[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("seenKeyOf", () => {
  it("tells which stored key each end has", () => {
    expect(seen().key).toMatchObject({ aws: "current", azure: "current", same: true });
    expect(seen({ azure: mark(PENDING) }).key).toMatchObject({ azure: "pending", same: false });
    expect(seen({ aws: new Secret(PENDING), azure: mark(PENDING) }).key).toMatchObject({
      aws: "pending",
      azure: "pending",
      same: true,
    });
  });

  it("tells two ends with one other key from two ends with different ones", () => {
    const aws = new Secret(OTHER);
    expect(seen({ aws, azure: mark(OTHER) }).key).toMatchObject({ aws: "other", azure: "other", same: true });
    expect(seen({ aws, azure: mark("another.one.1") }).key).toMatchObject({ azure: "other", same: false });
  });

  it("keeps an end that has no key apart from one that could not be read", () => {
    expect(seen({ azure: null }).key).toMatchObject({ azure: "none", same: false });
    expect(seen({ azure: { unknown: "unknown-tunnel" } }).key).toMatchObject({
      azure: { unknown: "unknown-tunnel" },
      same: false,
    });
    expect(seen({ aws: { unknown: "unreadable-answer" } }).key.aws).toEqual({ unknown: "unreadable-answer" });
  });

  it("keeps a secret that is marked for deletion apart from one that could not be read", () => {
    expect(seen({ labels: "deleted" }).key.stored).toBe("secret-deleted");
    expect(seen({ labels: { unknown: "AccessDeniedException" } }).key.stored).toEqual({
      unknown: "AccessDeniedException",
    });
  });

  it("has no current key where none is labelled", () => {
    const { key } = seen({ labels: { current: null, pending: null } });
    expect(key.stored).toEqual({ current: null, pending: null, pendingLabel: null });
    expect(key).toMatchObject({ aws: "other", azure: "other", same: true });
  });

  it("says of a version that is none of ours that it is there, and is no key", () => {
    const junk = { version: "j", createdAt: 1_000, labels: [], value: new Secret("changeme") };
    const { key } = seen({ labels: { current: labelled("c", CURRENT), pending: junk } });
    expect(key.stored).toMatchObject({ pending: { versionId: "j", origin: null }, pendingLabel: "j" });
    const others = labelled("o", CURRENT, "one-b");
    expect(seen({ labels: { current: others, pending: null } }).key.stored).toMatchObject({
      current: { versionId: "o", origin: null },
    });
  });

  it("passes over AWSPENDING where a promotion left it, and knows where it is", () => {
    const same = labelled("c", CURRENT);
    expect(seen({ labels: { current: same, pending: same } }).key.stored).toMatchObject({
      pending: null,
      pendingLabel: "c",
    });
  });

  it("takes a copy of the current key for no new one", () => {
    const { key } = seen({ labels: { current: labelled("c", CURRENT), pending: labelled("p", CURRENT) } });
    expect(key).toMatchObject({ aws: "current", stored: { pending: { versionId: "p", origin: null } } });
  });

  it("has no key in what a plan is given, nor anything that could be made of one alone", () => {
    const text = JSON.stringify([seen().key, seen({ aws: new Secret(OTHER), azure: mark(OTHER) }).key]);
    for (const key of [CURRENT, PENDING, OTHER]) expect(text).not.toContain(key);
    expect(text).not.toMatch(/[0-9a-f]{64}/);
  });

  it("has the keys by their versions for what carries a step out", () => {
    const { material } = seen();
    expect(material.stored.get("p")?.unwrap()).toBe(PENDING);
    expect(material.aws?.unwrap()).toBe(CURRENT);
    expect(material.azure).toBe(mark(CURRENT));
  });
});
