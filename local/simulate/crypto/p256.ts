/**
 * Key pairs and signatures on the curve P-256 that follow from a seed alone. Node makes neither by itself: so the point of
 * a scalar is its, and the signature is put together from one here (FIPS 186-5, section 6.4). Never for real keys: their
 * scalars and nonces are hashes of a text that anybody can guess.
 */
import { createECDH, createHash, createPrivateKey, type KeyObject } from "node:crypto";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const SCALAR_BYTES = 32;

export interface SeededKey {
  readonly scalar: bigint;
  /** Uncompressed, as it stands at the end of a SubjectPublicKeyInfo. */
  readonly point: Buffer;
}

export function keyFrom(seed: string): SeededKey {
  const scalar = scalarFrom(seed);
  return { scalar, point: pointOf(scalar) };
}

/** ECDSA with SHA-256, as a signature of X.509 has it: DER. */
export function signWith({ scalar }: SeededKey, data: Uint8Array): Buffer {
  const digest = createHash("sha256").update(data).digest();
  const nonce = scalarFrom(`${scalar} ${digest.toString("hex")}`);
  const r = toBigInt(pointOf(nonce).subarray(1, 1 + SCALAR_BYTES)) % ORDER;
  const s = (inverse(nonce) * (toBigInt(digest) + r * scalar)) % ORDER;
  return Buffer.concat([Buffer.from([0x30]), withLength(Buffer.concat([integer(r), integer(s)]))]);
}

export function privateKeyOf({ scalar, point }: SeededKey): KeyObject {
  const text = (part: Buffer) => part.toString("base64url");
  const [d, x, y] = [text(toBuffer(scalar)), text(point.subarray(1, 33)), text(point.subarray(33))];
  return createPrivateKey({ format: "jwk", key: { kty: "EC", crv: "P-256", d, x, y } });
}

/** A length of DER in front of its content. */
export function withLength(content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([length]), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(bytes), content]);
}

/** From 1 up to the order, where the bias of a remainder does not matter. */
const scalarFrom = (seed: string): bigint =>
  (toBigInt(createHash("sha256").update(seed).digest()) % (ORDER - 1n)) + 1n;

function pointOf(scalar: bigint): Buffer {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(toBuffer(scalar));
  return pair.getPublicKey();
}

/** By the extended Euclidean algorithm. */
function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value % ORDER, ORDER, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % ORDER) + ORDER) % ORDER;
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02]), withLength(positive)]);
}

const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
const toBuffer = (value: bigint): Buffer =>
  Buffer.from(value.toString(16).padStart(2 * SCALAR_BYTES, "0"), "hex");
