/** Key pairs as the vault makes them. A private key leaves this module only as the PEM of an exportable secret. */
import { KeyObject, webcrypto } from "node:crypto";
import type { KeySpec } from "./policy.ts";

export interface VaultKey {
  readonly spec: KeySpec;
  readonly pair: webcrypto.CryptoKeyPair;
  /** SubjectPublicKeyInfo, DER: what a merged certificate must carry. */
  readonly spki: Buffer;
}

export async function generateKey(spec: KeySpec): Promise<VaultKey> {
  const pair = await webcrypto.subtle.generateKey(keyAlgorithm(spec), true, ["sign", "verify"]);
  const spki = KeyObject.from(pair.publicKey).export({ type: "spki", format: "der" });
  return { spec, pair, spki };
}

export function privateKeyPem(key: VaultKey): string {
  return KeyObject.from(key.pair.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
}

/** Equal to what a policy asks for, so that `reuse_key` can be honoured. */
export function hasSpec(key: VaultKey, spec: KeySpec): boolean {
  return JSON.stringify(key.spec) === JSON.stringify(spec);
}

/** The digest that goes with the key's strength. */
export function signingAlgorithm(spec: KeySpec): { name: string; hash: string } {
  if (spec.kty === "RSA") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const hash = { "P-256": "SHA-256", "P-384": "SHA-384", "P-521": "SHA-512" }[spec.crv];
  return { name: "ECDSA", hash };
}

function keyAlgorithm(spec: KeySpec): webcrypto.RsaHashedKeyGenParams | webcrypto.EcKeyGenParams {
  if (spec.kty === "EC") return { name: "ECDSA", namedCurve: spec.crv };
  return {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: spec.size,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
}
