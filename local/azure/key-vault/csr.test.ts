import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import { createCsr } from "./csr.ts";
import { generateKey } from "./keys.ts";
import { parsePolicy } from "./policy.ts";
import { parseSubject } from "./subject.ts";

async function csrOf(wire: unknown): Promise<x509.Pkcs10CertificateRequest> {
  const policy = parsePolicy(wire);
  const csr = new x509.Pkcs10CertificateRequest(await createCsr(policy, await generateKey(policy.key)));
  expect(await csr.verify(webcrypto)).toBe(true);
  return csr;
}

describe("createCsr", () => {
  it("asks for the policy's names and usages, and always for not being a CA", async () => {
    const csr = await csrOf({
      key_props: { kty: "EC", crv: "P-384" },
      x509_props: {
        subject: "CN=bunny, O=Example",
        sans: { dns_names: ["a.test", "b.test"], emails: ["x@a.test"] },
        ekus: ["1.3.6.1.5.5.7.3.2"],
        key_usage: ["digitalSignature"],
      },
    });
    expect(csr.signatureAlgorithm).toMatchObject({ name: "ECDSA", hash: { name: "SHA-384" } });
    expect(csr.extensions.map(({ type, critical }) => [type, critical])).toEqual([
      ["2.5.29.15", true],
      ["2.5.29.37", false],
      ["2.5.29.17", false],
      ["2.5.29.19", false],
    ]);
    const names = new x509.SubjectAlternativeNameExtension(
      csr.getExtension("2.5.29.17")?.rawData ?? new Uint8Array(),
    );
    expect(names.names.toJSON()).toEqual([
      { type: "dns", value: "a.test" },
      { type: "dns", value: "b.test" },
      { type: "email", value: "x@a.test" },
    ]);
  });

  it("asks for both TLS usages when the policy names none", async () => {
    const csr = await csrOf({ x509_props: { subject: "CN=bunny" } });
    const usages = new x509.ExtendedKeyUsageExtension(
      csr.getExtension("2.5.29.37")?.rawData ?? new Uint8Array(),
    );
    expect(usages.usages).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  });
});

describe("parseSubject", () => {
  it("turns the text's order round, as the service's CSRs show it", () => {
    expect(parseSubject("C=GB, O=Example, CN=bunny")).toEqual([
      { CN: ["bunny"] },
      { O: ["Example"] },
      { C: ["GB"] },
    ]);
  });

  it("takes types of any case, quoted and escaped values", () => {
    expect(parseSubject('cn="A, B", o=C\\, D')).toEqual([{ O: ["C, D"] }, { CN: ["A, B"] }]);
  });

  it("refuses what is not a name", () => {
    for (const subject of ["bunny", "CN=", "X=1", "=a"])
      expect(() => parseSubject(subject)).toThrow(/invalid value/);
  });
});
