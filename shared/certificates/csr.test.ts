import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { OctetString } from "@peculiar/asn1-schema";
import * as asn from "@peculiar/asn1-x509";
import { describe, expect, it } from "vitest";
import {
  attribute,
  buildCsr,
  der,
  ECDSA_SHA256,
  ec,
  OPENSSL,
  part,
  RSA_SHA256,
  text,
} from "../../local/testing/csr-builder.ts";
import { ContractError } from "../runtime/errors.ts";
import { readCsr as readCsrFor, readCsrPublicKey } from "./csr.ts";

const readCsr = (bytes: Uint8Array) => readCsrFor(bytes, "client");

describe("readCsr", () => {
  it("reads the facts of a TLS client's CSR, names sorted and in lower case", () => {
    expect(readCsr(der(OPENSSL.ec256))).toEqual({
      digest: "c091bc840e4ef3f2ad58e5b3c2207182055023b2d12774ced0ca3cfbf69d8844",
      signatureValid: true,
      identity: {
        commonName: "bunny.example.com",
        organization: "Example",
        dnsNames: ["a.example.com", "b.example.com"],
      },
      key: { type: "EC", curve: "P-256" },
      extras: [],
    });
  });

  it("reads a CSR without extensions", () => {
    expect(readCsr(der(OPENSSL.ec384))).toMatchObject({
      signatureValid: true,
      identity: { commonName: "bunny.example.com", dnsNames: [] },
      key: { type: "EC", curve: "P-384" },
      extras: [],
    });
  });

  it("keeps commas, new lines and equals signs within the value that holds them", () => {
    const name = "bunny.example.com, O=Example\nCN=relay";
    const { identity } = readCsr(buildCsr({ subject: [part(attribute("2.5.4.3", text(name)))] }));
    expect(identity).toEqual({ commonName: name, dnsNames: [] });
  });

  it("reads a printable common name, as Key Vault writes it, like any other", () => {
    const printable = attribute("2.5.4.3", new asn.AttributeValue({ printableString: "bunny.example.com" }));
    expect(readCsr(buildCsr({ subject: [part(printable)] }))).toMatchObject({
      identity: { commonName: "bunny.example.com" },
      extras: [],
    });
  });

  it.each([2048, 3072, 4096] as const)("knows an RSA key of %i bits, signed by PKCS #1 v1.5", (size) => {
    const keys = generateKeyPairSync("rsa", { modulusLength: size });
    expect(readCsr(buildCsr({ keys, algorithm: RSA_SHA256 }))).toMatchObject({
      signatureValid: true,
      key: { type: "RSA", size },
      extras: [],
    });
  });

  it.each([
    ["P-521", generateKeyPairSync("ec", { namedCurve: "P-521" }), ECDSA_SHA256],
    ["secp256k1", generateKeyPairSync("ec", { namedCurve: "secp256k1" }), ECDSA_SHA256],
    ["RSA of 1024 bits", generateKeyPairSync("rsa", { modulusLength: 1024 }), RSA_SHA256],
    [
      "RSA with exponent 3",
      generateKeyPairSync("rsa", { modulusLength: 2048, publicExponent: 3 }),
      RSA_SHA256,
    ],
  ])("calls a key of %s other", (_, keys, algorithm) => {
    expect(readCsr(buildCsr({ keys, algorithm }))).toMatchObject({ key: "other", signatureValid: true });
  });
});

describe("readCsr's proof of possession", () => {
  it("fails when a signed byte was changed", () => {
    const changed = Buffer.from(der(OPENSSL.ec256));
    const at = changed.indexOf("bunny.example.com");
    changed.write("bunnx", at);
    expect(readCsr(changed)).toMatchObject({
      signatureValid: false,
      identity: { commonName: "bunnx.example.com" },
    });
  });

  it("fails when another key signed", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(readCsr(buildCsr({ keys: { publicKey: ec.publicKey, privateKey } })).signatureValid).toBe(false);
  });

  it("fails when the algorithm is of another key's family", () => {
    expect(readCsr(buildCsr({ algorithm: RSA_SHA256 })).signatureValid).toBe(false);
  });

  it("fails when the algorithm names another hash", () => {
    expect(readCsr(buildCsr({ hash: "sha384" })).signatureValid).toBe(false);
  });

  it("fails for RSA-PSS and for SHA-1, which are not taken", () => {
    expect(readCsr(der(OPENSSL.pss)).signatureValid).toBe(false);
    expect(readCsr(buildCsr({ algorithm: "1.2.840.10045.4.1", hash: "sha1" })).signatureValid).toBe(false);
  });
});

describe("readCsr on malformed input", () => {
  const whole = der(OPENSSL.ec256);
  const bytes = (...parts: (Uint8Array | number[])[]) => Buffer.concat(parts.map((one) => Buffer.from(one)));
  const invalidSan = new asn.Extension({
    extnID: "2.5.29.17",
    extnValue: new OctetString(new Uint8Array([0x30, 0x02, 0x82])),
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", bytes(), "the CSR is not DER of its kind"],
    ["text", Buffer.from("-----BEGIN CERTIFICATE REQUEST-----"), "the CSR is not DER of its kind"],
    ["half a CSR", whole.subarray(0, 200), "the CSR is not DER of its kind"],
    ["bytes after it", bytes(whole, [0]), "the CSR is not canonical DER, or bytes follow it"],
    ["a CSR after it", bytes(whole, whole), "the CSR is not canonical DER, or bytes follow it"],
    [
      "a length in more bytes than it needs",
      bytes([0x30, 0x83, 0x00], whole.subarray(2)),
      "the CSR is not canonical DER, or bytes follow it",
    ],
    [
      "an indefinite length",
      bytes([0x30, 0x80], whole.subarray(4), [0, 0]),
      "the CSR is not canonical DER, or bytes follow it",
    ],
    ["a SAN that is cut off", buildCsr({ extensions: [invalidSan] }), "a SAN is not DER of its kind"],
    ["more than any CSR has", new Uint8Array(32_769), "the CSR has over 32768 bytes"],
  ])("refuses %s", (_, input, message) => {
    expect(() => readCsr(input)).toThrow(new ContractError(message));
  });

  it("refuses a public key that is none", () => {
    const broken = Buffer.from(whole);
    // The point's first byte says that it is uncompressed; no point starts with 9.
    broken[broken.indexOf(Buffer.from("034200", "hex")) + 3] = 9;
    expect(() => readCsr(broken)).toThrow(
      new ContractError("the CSR carries a public key that cannot be read"),
    );
  });
});

describe("readCsrPublicKey", () => {
  it("is the CSR's key in DER", () => {
    const spki = readCsrPublicKey(buildCsr({}));
    expect(Buffer.from(spki).equals(ec.publicKey.export({ type: "spki", format: "der" }))).toBe(true);
    expect(createPublicKey({ key: Buffer.from(spki), type: "spki", format: "der" }).asymmetricKeyType).toBe(
      "ec",
    );
  });

  it("refuses what readCsr refuses", () => {
    expect(() => readCsrPublicKey(new Uint8Array([1, 2]))).toThrow(ContractError);
  });
});
