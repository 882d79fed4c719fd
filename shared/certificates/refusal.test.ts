import { describe, expect, it } from "vitest";
import { refusalOf } from "./refusal.ts";
import type { ObservedCa } from "./schema.ts";

const ca: ObservedCa = {
  active: true,
  notAfter: 2_000_000_000,
  shortLived: false,
  signingAlgorithm: "SHA256WITHECDSA",
};
const WEEK = 604_800;

describe("refusalOf", () => {
  it("is none for a certificate that ends with the CA or before", () => {
    expect(refusalOf(ca, WEEK, 2_000_000_000)).toBeNull();
  });

  it("names both ends of a certificate that would outlive the CA", () => {
    expect(refusalOf(ca, WEEK, 2_000_000_001)).toEqual({
      reason: "outlives-ca",
      notAfter: 2_000_000_001,
      caNotAfter: 2_000_000_000,
    });
  });

  it("refuses more than seven days from a short-lived CA, and not seven", () => {
    const shortLived = { ...ca, shortLived: true };
    expect(refusalOf(shortLived, WEEK, 1_900_000_000)).toBeNull();
    expect(refusalOf(shortLived, WEEK + 1, 1_900_000_000)).toEqual({
      reason: "lifetime-over-short-lived-ca",
      lifetimeSeconds: WEEK + 1,
      lifetimeMaxSeconds: WEEK,
    });
  });

  it("refuses everything from a CA that is not active", () => {
    expect(refusalOf({ ...ca, active: false }, WEEK, 1_900_000_000)).toEqual({ reason: "ca-not-active" });
  });
});
