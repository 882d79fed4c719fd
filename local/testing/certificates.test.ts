import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { certify, issue, makeCa, makeCsr, publicKeyOf } from "./certificates.ts";

describe("issue", () => {
  it.each(["P-256", "P-384", "RSA-2048"] as const)("issues for a %s key that it makes", async (algorithm) => {
    const ca = await makeCa({ algorithm });
    const issued = await issue(ca, {
      commonName: "bunny",
      dnsNames: ["bunny.example"],
      usages: ["clientAuth"],
      algorithm,
    });

    const leaf = new X509Certificate(issued.certificatePem);
    expect(leaf.verify(new X509Certificate(ca.certificatePem).publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(issued.privateKeyPem))).toBe(true);
    expect(leaf.checkHost("bunny.example")).toBe("bunny.example");
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(leaf.ca).toBe(false);
  });

  it("tells the serial in lower case without leading zeros", async () => {
    const ca = await makeCa();
    const { publicKey } = ca.keys;
    const issued = await certify(ca, { commonName: "x", usages: [], publicKey, serial: "00ab12" });

    expect(issued.serial).toBe("ab12");
    expect(new X509Certificate(issued.certificatePem).serialNumber).toBe("AB12");
  });

  it("sends the intermediate after the leaf and leaves the root out", async () => {
    const root = await makeCa({ commonName: "Root" });
    const middle = await makeCa({ commonName: "Middle", parent: root });
    const issued = await issue(middle, { commonName: "x", usages: ["clientAuth"] });

    const chain = issued.chainPem.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----\n/g) ?? [];
    expect(chain.map((pem) => new X509Certificate(pem).issuer)).toEqual(["CN=Middle", "CN=Root"]);
    expect(issued.secretPem.startsWith("-----BEGIN PRIVATE KEY-----\n")).toBe(true);
  });
});

describe("makeCsr", () => {
  it("carries a key that a CA can certify", async () => {
    const ca = await makeCa();
    const csr = await makeCsr({ commonName: "bunny", dnsNames: ["bunny.example"] });
    const issued = await certify(ca, { commonName: "bunny", usages: [], publicKey: publicKeyOf(csr.der) });

    const leaf = new X509Certificate(issued.certificatePem);
    expect(leaf.checkPrivateKey(createPrivateKey(csr.privateKeyPem))).toBe(true);
  });
});
