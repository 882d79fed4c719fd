import { beforeAll, describe, expect, it } from "vitest";
import { type Ca, type IssuedWithKey, issue, makeCa } from "../../local/testing/certificates.ts";
import { Secret } from "../runtime/secret.ts";
import { makeCsr } from "./make-csr.ts";
import { csrToPem, pemToDer, splitPem } from "./pem.ts";
import { parseVersion, writeVersion } from "./stored-version.ts";

const identity = { commonName: "relay.example.com", dnsNames: ["relay.example.com"] };
const policy = { identity, key: { type: "EC", curve: "P-256" }, purpose: "server" } as const;

let ca: Ca;
let issued: IssuedWithKey;
beforeAll(async () => {
  ca = await makeCa();
  issued = await issue(ca, { ...identity, usages: ["serverAuth"] });
});

const parse = (form: unknown) => parseVersion(new Secret(JSON.stringify(form)));

describe("parseVersion", () => {
  it("reads the request that was written", async () => {
    const made = await makeCsr(policy);
    const read = parseVersion(writeVersion({ kind: "request", ...made }));
    expect(read).toMatchObject({ kind: "request" });
    expect(read?.privateKey.unwrap()).toBe(made.privateKey.unwrap());
    expect(read?.kind === "request" && Buffer.from(read.csr).equals(made.csr)).toBe(true);
  });

  it("reads the certificate that was written, with its chain in order", () => {
    const privateKey = new Secret(issued.privateKeyPem);
    const read = parseVersion(writeVersion({ kind: "certificate", privateKey, chain: [issued.der, ca.der] }));
    expect(read?.kind === "certificate" ? read.chain.map((der) => Buffer.from(der)) : []).toEqual([
      issued.der,
      ca.der,
    ]);
  });

  it("writes what relay reads: PEM, the leaf first", () => {
    const privateKey = new Secret(issued.privateKeyPem);
    const written = writeVersion({ kind: "certificate", privateKey, chain: [issued.der, ca.der] });
    const form = JSON.parse(written.unwrap());
    expect(Object.keys(form)).toEqual(["kind", "privateKey", "certificate"]);
    expect(form).toMatchObject({ kind: "certificate", privateKey: issued.privateKeyPem });
    expect(splitPem(form.certificate).map((pem) => Buffer.from(pemToDer(pem)))).toEqual([issued.der, ca.der]);
  });

  it("reads nothing from bytes", () => {
    expect(parseVersion(null)).toBeNull();
  });

  it.each<[what: string, text: string]>([
    ["no JSON", "password"],
    ["no object", '"text"'],
    ["nothing", ""],
    ["another kind", '{"kind":"other"}'],
  ])("reads nothing from %s", (_what, text) => {
    expect(parseVersion(new Secret(text))).toBeNull();
  });

  it("reads nothing where the key is another's, is none, or stands for more", async () => {
    const other = await makeCsr(policy);
    const certificate = {
      kind: "certificate",
      privateKey: issued.privateKeyPem,
      certificate: issued.chainPem,
    };
    expect(parse(certificate)).not.toBeNull();
    expect(parse({ ...certificate, privateKey: other.privateKey.unwrap() })).toBeNull();
    expect(parse({ ...certificate, privateKey: "-----BEGIN PRIVATE KEY-----" })).toBeNull();
    expect(parse({ ...certificate, note: "mine" })).toBeNull();
    const csr = csrToPem(other.csr);
    expect(parse({ kind: "request", privateKey: issued.privateKeyPem, csr })).toBeNull();
  });

  it("reads nothing from a certificate or a CSR that cannot be read", () => {
    const { privateKeyPem: privateKey, certificatePem } = issued;
    const cut = certificatePem.slice(0, -40);
    for (const certificate of ["", "text", cut, `${certificatePem}-----BEGIN`])
      expect(parse({ kind: "certificate", privateKey, certificate }), certificate).toBeNull();
    for (const csr of ["", "text", certificatePem, csrToPem(issued.der)])
      expect(parse({ kind: "request", privateKey, csr }), csr).toBeNull();
  });
});
