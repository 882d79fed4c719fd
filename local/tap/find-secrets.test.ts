import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { issue, makeCa, makeCsr } from "../testing/certificates.ts";
import { findPrivateKeys } from "./find-secrets.ts";
import { der, ENCODINGS, formsOf, pem } from "./test-encodings.ts";

const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;

/** Several of each, because a key's random bytes decide how it looks when encoded. */
const KEYS: Record<string, KeyObject[]> = {
  "EC P-256": Array.from({ length: 20 }, () => ec("P-256")),
  "EC P-384": Array.from({ length: 10 }, () => ec("P-384")),
  "RSA 2048": Array.from({ length: 3 }, () => rsa(2048)),
  "RSA 4096": [rsa(4096)],
  Ed25519: Array.from({ length: 20 }, () => generateKeyPairSync("ed25519").privateKey),
};

const spkiSha256 = (key: KeyObject) =>
  createHash("sha256")
    .update(createPublicKey(key).export({ type: "spki", format: "der" }))
    .digest("hex");

const around = fc.uint8Array({ maxLength: 300 });
/** Before a key: %33 is a 3 too, and a key in hexadecimal that begins with 30 would begin two bytes earlier. */
const aroundPlain = around.filter((bytes) => !/(?:%3|3%)$/.test(Buffer.from(bytes).toString("latin1")));

/** Nothing in text that looks like base64 may hide what stands beside it. */
const textAround = fc.string({ unit: fc.constantFrom(...'AZaz09+/-_= \n\\n%2B"{}'), maxLength: 200 });

describe("findPrivateKeys", () => {
  for (const [name, keys] of Object.entries(KEYS)) {
    for (const form of formsOf(name)) {
      it.each(Object.keys(ENCODINGS))(
        `finds a ${name} key, ${form}, among random bytes as %s`,
        (encoding) => {
          const encode = ENCODINGS[encoding];
          if (encode === undefined) throw new Error("the table has every encoding");
          const runs = name === "RSA 4096" ? 2 : 8;
          fc.assert(
            fc.property(fc.constantFrom(...keys), aroundPlain, around, (key, before, after) => {
              const bytes = Buffer.from(encode(der(key, form), form));
              const found = findPrivateKeys(Buffer.concat([before, bytes, after]));
              expect(found.map(({ kind, publicKeySha256 }) => ({ kind, publicKeySha256 }))).toEqual([
                { kind: form, publicKeySha256: spkiSha256(key) },
              ]);
              expect(found[0]?.offset).toBeGreaterThanOrEqual(before.length);
              expect(found[0]?.offset).toBeLessThan(before.length + bytes.length);
            }),
            { numRuns: runs },
          );
        },
      );
    }
  }

  it("finds a key right beside text of the same alphabet", () => {
    const [key] = KEYS["EC P-256"] ?? [];
    if (key === undefined) throw new Error("there is a key");
    fc.assert(
      fc.property(textAround, textAround, fc.boolean(), (before, after, url) => {
        const text = der(key, "pkcs8").toString(url ? "base64url" : "base64");
        expect(findPrivateKeys(Buffer.from(before + text + after))).toHaveLength(1);
      }),
    );
  });

  it.each(["EC P-256", "EC P-384", "RSA 2048", "Ed25519"])(
    "finds a %s key as a JWK, however it is escaped",
    (name) => {
      const [key] = KEYS[name] ?? [];
      const jwk = { kid: "{1}", meta: { use: "sig" }, ...key?.export({ format: "jwk" }), key_ops: ["sign"] };
      const text = JSON.stringify(jwk, null, 2);
      const [kind, publicKeySha256] = ["jwk", key === undefined ? "" : spkiSha256(key)];
      for (const form of [
        text,
        JSON.stringify({ key: jwk }),
        JSON.stringify({ keys: [{ kty: "oct" }, jwk] }),
        JSON.stringify({ log: text }),
        JSON.stringify({ log: JSON.stringify({ log: text }) }),
        encodeURIComponent(text),
        Buffer.from(text).toString("base64"),
      ]) {
        expect(findPrivateKeys(Buffer.from(`before ${form} after`))).toMatchObject([
          { kind, publicKeySha256 },
        ]);
      }
    },
  );

  it("finds an RSA JWK without its primes: whoever has d has the key", () => {
    const [key] = KEYS["RSA 2048"] ?? [];
    const { kty, n, e, d } = key?.export({ format: "jwk" }) ?? {};

    expect(findPrivateKeys(Buffer.from(JSON.stringify({ kty, n, e, d })))).toMatchObject([{ kind: "jwk" }]);
    expect(findPrivateKeys(Buffer.from(JSON.stringify({ kty, n, e })))).toEqual([]);
  });

  it("finds an encrypted key, whose public key it cannot tell", () => {
    const [key] = KEYS["EC P-256"] ?? [];
    const cipher = { cipher: "aes-256-cbc", passphrase: "correct horse" };
    const text = key?.export({ type: "pkcs8", format: "pem", ...cipher }) ?? "";

    const found = findPrivateKeys(Buffer.from(JSON.stringify({ text })));
    expect(found).toMatchObject([{ kind: "encrypted-pkcs8", publicKeySha256: undefined }]);
  });

  it("finds each of several keys, and the key among certificates", async () => {
    const issued = await issue(await makeCa(), { commonName: "bunny", usages: ["clientAuth"] });
    const other = pem(der(ec("P-256"), "sec1"), "sec1");

    expect(findPrivateKeys(Buffer.from(issued.secretPem))).toHaveLength(1);
    expect(findPrivateKeys(Buffer.from(issued.chainPem + issued.privateKeyPem + other))).toHaveLength(2);
  });

  it("finds nothing in public keys, certificates, requests, tokens and signatures", async () => {
    for (const algorithm of ["P-256", "P-384", "RSA-2048"] as const) {
      const ca = await makeCa({ algorithm });
      const issued = await issue(ca, { commonName: "bunny", usages: ["clientAuth"], algorithm });
      const csr = await makeCsr({ commonName: "bunny", algorithm });
      const key = createPublicKey(issued.certificatePem);
      const spki = key.export({ type: "spki", format: "der" });
      const signature = sign("sha256", spki, issued.privateKeyPem);
      const jwt = `${Buffer.from('{"alg":"RS256"}').toString("base64url")}.${spki.toString("base64url")}.${signature.toString("base64url")}`;
      const publicJwk = JSON.stringify(key.export({ format: "jwk" }));
      for (const bytes of [issued.der, csr.der, spki, signature]) {
        for (const form of [
          bytes,
          bytes.toString("base64"),
          bytes.toString("base64url"),
          bytes.toString("hex"),
        ]) {
          expect(findPrivateKeys(Buffer.from(form))).toEqual([]);
        }
      }
      for (const text of [issued.chainPem, csr.pem, jwt, publicJwk]) {
        expect(findPrivateKeys(Buffer.from(JSON.stringify({ text })))).toEqual([]);
      }
    }
  });

  it("finds nothing in a key whose bytes were changed or cut off", () => {
    const [key] = KEYS["EC P-256"] ?? [];
    if (key === undefined) throw new Error("there is a key");
    const bytes = der(key, "pkcs8");

    expect(findPrivateKeys(bytes.subarray(0, -1))).toEqual([]);
    expect(findPrivateKeys(bytes.subarray(1))).toEqual([]);
  });

  it("finds nothing in random bytes and never throws on what nearly is a key", () => {
    const pieces = fc.constantFrom(
      ...[
        "30",
        "3082",
        "308180",
        "020100",
        "020101",
        "0201003013",
        "06092a864886f70d01050d",
        "1f8b08",
        "0420",
      ],
      ...[Buffer.from('{"kty":"EC","d":"AAAAAAAAAAAAAAAAAAAA"').toString("hex"), "5c75", "2525", "2623783b"],
    );
    const nearly = fc.array(
      fc.oneof(
        pieces,
        fc.uint8Array({ maxLength: 9 }).map((b) => Buffer.from(b).toString("hex")),
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => findPrivateKeys(bytes).length === 0),
    );
    fc.assert(
      fc.property(nearly, (parts) => findPrivateKeys(Buffer.from(parts.join(""), "hex")).length === 0),
    );
  });

  it("reads a view into a larger buffer at its own place", () => {
    const [key] = KEYS["EC P-256"] ?? [];
    if (key === undefined) throw new Error("there is a key");
    const whole = Buffer.concat([randomBytes(10), der(key, "pkcs8")]);

    expect(findPrivateKeys(new Uint8Array(whole).subarray(10))).toMatchObject([{ offset: 0 }]);
    expect(findPrivateKeys(new Uint8Array(whole).subarray(0, 10))).toEqual([]);
  });

  it("never holds the key in a finding", () => {
    const [key] = KEYS["EC P-256"] ?? [];
    const { d } = key?.export({ format: "jwk" }) ?? {};
    const text = JSON.stringify(key?.export({ format: "jwk" }));

    const [finding] = findPrivateKeys(Buffer.from(text));
    expect(Object.keys(finding ?? {})).toEqual(["kind", "offset", "publicKeySha256"]);
    expect(JSON.stringify(finding)).not.toContain(d);
  });
});
