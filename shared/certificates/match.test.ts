import { describe, expect, it } from "vitest";
import { checkCsr, sameIdentity, sameKey } from "./match.ts";
import type { CsrFacts } from "./schema.ts";

const identity = {
  commonName: "bunny.example.com",
  organization: "Example",
  dnsNames: ["a.example.com", "b.example.com"],
};
const wanted = { identity, key: { type: "EC", curve: "P-256" } } as const;
const facts: CsrFacts = { digest: "0".repeat(64), signatureValid: true, ...wanted, extras: [] };

describe("checkCsr", () => {
  it("finds nothing in a CSR that asks for exactly what is wanted", () => {
    expect(checkCsr(facts, wanted)).toEqual([]);
  });

  it("does not care for the order of DNS names", () => {
    const dnsNames = ["b.example.com", "a.example.com"];
    expect(checkCsr({ ...facts, identity: { ...identity, dnsNames } }, wanted)).toEqual([]);
  });

  it.each<[string, Partial<CsrFacts>, string]>([
    ["an invalid signature", { signatureValid: false }, "signature-invalid"],
    ["another common name", { identity: { ...identity, commonName: "Bunny.example.com" } }, "other-subject"],
    ["another organization", { identity: { ...identity, organization: "Other" } }, "other-subject"],
    [
      "no organization",
      { identity: { commonName: identity.commonName, dnsNames: identity.dnsNames } },
      "other-subject",
    ],
    [
      "one DNS name more",
      { identity: { ...identity, dnsNames: [...identity.dnsNames, "c.example.com"] } },
      "other-dns-names",
    ],
    ["one DNS name less", { identity: { ...identity, dnsNames: ["a.example.com"] } }, "other-dns-names"],
    [
      "a foreign DNS name",
      { identity: { ...identity, dnsNames: ["a.example.com", "relay.example.com"] } },
      "other-dns-names",
    ],
    [
      "a DNS name twice in another's place",
      { identity: { ...identity, dnsNames: ["a.example.com", "a.example.com"] } },
      "other-dns-names",
    ],
    ["another curve", { key: { type: "EC", curve: "P-384" } }, "other-key"],
    ["another key type", { key: { type: "RSA", size: 2048 } }, "other-key"],
    ["a key that no link can declare", { key: "other" }, "other-key"],
    ["an extra", { extras: ["attribute 1.2.3"] }, "asks-for-more"],
  ])("refuses %s", (_, change, mismatch) => {
    expect(checkCsr({ ...facts, ...change }, wanted)).toEqual([mismatch]);
  });

  it("names every mismatch, always in the same order", () => {
    const all: CsrFacts = {
      ...facts,
      signatureValid: false,
      identity: { commonName: "x", dnsNames: [] },
      key: "other",
      extras: ["attribute 1.2.3"],
    };
    expect(checkCsr(all, wanted)).toEqual([
      "signature-invalid",
      "other-subject",
      "other-dns-names",
      "other-key",
      "asks-for-more",
    ]);
  });
});

describe("sameIdentity", () => {
  it("compares subject and DNS names", () => {
    expect(sameIdentity(identity, { ...identity, dnsNames: identity.dnsNames.toReversed() })).toBe(true);
    expect(sameIdentity(identity, { ...identity, commonName: "x" })).toBe(false);
    expect(sameIdentity(identity, { ...identity, dnsNames: [] })).toBe(false);
  });
});

describe("sameKey", () => {
  it("compares type and size or curve", () => {
    expect(sameKey({ type: "RSA", size: 2048 }, { type: "RSA", size: 2048 })).toBe(true);
    expect(sameKey({ type: "RSA", size: 2048 }, { type: "RSA", size: 4096 })).toBe(false);
    expect(sameKey({ type: "EC", curve: "P-256" }, { type: "RSA", size: 2048 })).toBe(false);
    expect(sameKey("other", { type: "RSA", size: 2048 })).toBe(false);
  });
});
