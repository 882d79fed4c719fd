import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type Ca, makeCa, makeCsr } from "../../local/testing/certificates.ts";
import { csrToPem, pemToDer, splitPem } from "./pem.ts";

let ca: Ca;
let base64: string;

beforeAll(async () => {
  ca = await makeCa();
  base64 = ca.der.toString("base64");
});

const wrap = (body: string, label = "CERTIFICATE") =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

describe("pemToDer", () => {
  it("reads a certificate in lines of any length", () => {
    expect(pemToDer(ca.certificatePem)).toEqual(ca.der);
    expect(pemToDer(wrap(base64))).toEqual(ca.der);
    expect(pemToDer(ca.certificatePem.replaceAll("\n", "\r\n"))).toEqual(ca.der);
  });

  it.each<[string, () => string]>([
    ["nothing", () => ""],
    ["no PEM", () => base64],
    ["an empty body", () => wrap("")],
    ["a private key", () => wrap(base64, "PRIVATE KEY")],
    ["two certificates", () => ca.certificatePem + ca.certificatePem],
    ["text before it", () => `x${ca.certificatePem}`],
    ["text after it", () => `${ca.certificatePem}x`],
    ["no end", () => ca.certificatePem.slice(0, -10)],
    ["characters that are no base64", () => wrap(base64.replace("M", "-"))],
    ["padding in the middle", () => wrap(`AA==${base64}`)],
    ["a cut-off body", () => wrap(base64.slice(0, 401))],
  ])("throws for %s", (_name, make) => {
    expect(() => pemToDer(make())).toThrow("a certificate is not PEM");
  });

  it("reads a certificate whose line breaks a setting has lost", async () => {
    const { certificatePem, der } = await makeCa();
    expect(Buffer.from(pemToDer(certificatePem.replaceAll("\n", "")))).toEqual(der);
    expect(Buffer.from(pemToDer(certificatePem.trim().replaceAll("\n", " ")))).toEqual(der);
  });

  it("names nothing of what it was given", () => {
    expect(() => pemToDer(wrap("c2VjcmV0", "PRIVATE KEY"))).not.toThrow("c2VjcmV0");
  });
});

describe("splitPem", () => {
  it("keeps the order and passes over text between", () => {
    const bundle = `# issuing CA\n${ca.certificatePem}\n# root\n${wrap(base64)}`;
    const parts = splitPem(bundle);
    expect(parts).toHaveLength(2);
    expect(parts.map((part) => new X509Certificate(part).raw)).toEqual([ca.der, ca.der]);
  });

  it("finds none in an empty text", () => {
    expect(splitPem("")).toEqual([]);
  });

  it.each<[string, () => string]>([
    ["was cut off", () => ca.certificatePem + ca.certificatePem.slice(0, 40)],
    ["holds a private key", () => ca.certificatePem + wrap(base64, "PRIVATE KEY")],
  ])("throws when the bundle %s, rather than passing over it", (_name, make) => {
    expect(() => splitPem(make())).toThrow("a bundle of certificates is cut off");
  });
});

describe("csrToPem", () => {
  it("writes lines of 64 characters, as the CA takes them", async () => {
    const csr = await makeCsr({ commonName: "bunny" });
    const lines = csrToPem(csr.der).split("\n");
    expect(lines.at(0)).toBe("-----BEGIN CERTIFICATE REQUEST-----");
    expect(lines.at(-2)).toBe("-----END CERTIFICATE REQUEST-----");
    expect(Math.max(...lines.slice(1, -2).map(({ length }) => length))).toBe(64);
    expect(Buffer.from(lines.slice(1, -2).join(""), "base64")).toEqual(csr.der);
  });
});
