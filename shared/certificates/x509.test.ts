import { describe, expect, it } from "vitest";
import { issue, makeCa } from "../../local/testing/certificates.ts";
import { ContractError } from "../runtime/errors.ts";
import { readCertificate } from "./x509.ts";

const notBefore = new Date("2026-11-21T08:00:00Z");
const notAfter = new Date("2026-11-28T09:00:00Z");
const life = { notBefore, notAfter };

describe("readCertificate", () => {
  it("reads the facts of a TLS client's certificate", async () => {
    const leaf = await issue(await makeCa(), {
      ...life,
      commonName: "bunny.example.com",
      organization: "Example",
      dnsNames: ["b.example.com", "A.example.com"],
      usages: ["clientAuth"],
      algorithm: "P-384",
    });
    expect(readCertificate(leaf.der)).toEqual({
      identity: {
        commonName: "bunny.example.com",
        organization: "Example",
        dnsNames: ["a.example.com", "b.example.com"],
      },
      key: { type: "EC", curve: "P-384" },
      serial: leaf.serial,
      notBefore: notBefore.getTime() / 1_000,
      notAfter: notAfter.getTime() / 1_000,
      isCa: false,
      extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
    });
  });

  it("reads one without organization, names and purposes, and with an RSA key", async () => {
    const leaf = await issue(await makeCa(), { commonName: "b", usages: [], algorithm: "RSA-2048" });
    expect(readCertificate(leaf.der)).toMatchObject({
      identity: { commonName: "b", dnsNames: [] },
      key: { type: "RSA", size: 2048 },
      extendedKeyUsages: [],
    });
  });

  it("tells a CA's certificate", async () => {
    expect(readCertificate((await makeCa({ commonName: "Example CA" })).der)).toMatchObject({
      identity: { commonName: "Example CA", dnsNames: [] },
      isCa: true,
    });
  });

  it("keeps what looks like another attribute within the value that holds it", async () => {
    const commonName = "bunny\nO=Example, CN=relay";
    const leaf = await issue(await makeCa(), { commonName, usages: ["clientAuth"] });
    expect(readCertificate(leaf.der).identity).toEqual({ commonName, dnsNames: [] });
  });

  it("reads dates after 2049, which are encoded in another way", async () => {
    const ca = await makeCa({ notAfter: new Date("2060-01-01T00:00:00Z") });
    expect(readCertificate(ca.der).notAfter).toBe(Date.UTC(2060, 0) / 1_000);
  });

  it("refuses what is no certificate", () => {
    expect(() => readCertificate(Buffer.from("no certificate"))).toThrow(
      new ContractError("the certificate is not DER of its kind"),
    );
  });
});
