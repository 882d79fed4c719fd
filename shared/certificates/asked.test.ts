import { describe, expect, it } from "vitest";
import { askedFor, cut } from "./asked.ts";
import type { CsrFacts } from "./schema.ts";

const csr: CsrFacts = {
  digest: "a".repeat(64),
  signatureValid: true,
  identity: { commonName: "somebody", dnsNames: ["a.example.com", "b.example.com"] },
  key: { type: "RSA", size: 2048 },
  extras: [],
};

describe("askedFor", () => {
  it("says in flat facts what a CSR asks for", () => {
    expect(askedFor(csr)).toEqual({
      csrDigest: "a".repeat(64),
      commonName: "somebody",
      organization: "",
      dnsNames: "a.example.com b.example.com",
      key: "RSA 2048",
    });
    const identity = { commonName: "", organization: "Example", dnsNames: [] };
    const other = askedFor({ ...csr, identity, key: "other" });
    expect(other).toMatchObject({ commonName: "", organization: "Example", dnsNames: "", key: "other" });
    expect(askedFor({ ...csr, key: { type: "EC", curve: "P-384" } }).key).toBe("EC P-384");
  });

  it("cuts what a stranger wrote at a bearable length", () => {
    const dnsNames = Array.from({ length: 1_000 }, (_, index) => `${index}.example.com`);
    const asked = askedFor({ ...csr, identity: { commonName: "x".repeat(129), dnsNames } });
    expect(asked.commonName).toBe(`${"x".repeat(127)}…`);
    expect(asked.dnsNames).toHaveLength(1_024);
    expect(cut("x".repeat(128), 128)).toBe("x".repeat(128));
  });

  it("leaves no half of a character, neither by its cut nor of the stranger's own", () => {
    const identity = { commonName: `${"x".repeat(126)}🐰🐰`, organization: "\ud83d", dnsNames: ["a\udc30"] };
    const asked = askedFor({ ...csr, identity });
    for (const text of [asked.commonName, asked.organization, asked.dnsNames])
      expect(text.isWellFormed(), text).toBe(true);
    expect(asked.commonName).toHaveLength(128);
  });
});
