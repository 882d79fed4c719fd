/**
 * Private keys in DER, anywhere in some bytes. The structure only proposes; OpenSSL confirms, so what merely looks
 * like a key is no finding. RFC 5958 (PKCS#8), RFC 5915 (SEC1), RFC 8017 (PKCS#1).
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

export type KeyForm = "pkcs8" | "sec1" | "pkcs1" | "encrypted-pkcs8" | "jwk";

export interface Located {
  readonly kind: KeyForm;
  readonly offset: number;
  /** SHA-256 of the public key's SPKI; undefined when it is encrypted. */
  readonly publicKeySha256: string | undefined;
}

/** A DER element: where its content begins and where the element ends. */
interface Element {
  readonly tag: number;
  readonly contentStart: number;
  readonly end: number;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;

/** What stands in a key's outer SEQUENCE first: a version of 0 or 1, or the OID of PBES2. */
const VERSION_0 = Buffer.from([INTEGER, 1, 0]);
const VERSION_1 = Buffer.from([INTEGER, 1, 1]);
const PBES2 = Buffer.from("06092a864886f70d01050d", "hex");

export function locateDerKeys(bytes: Buffer): Located[] {
  const starts = [
    ...outerSequences(bytes, VERSION_0, 1),
    ...outerSequences(bytes, VERSION_1, 1),
    ...outerSequences(bytes, PBES2, 2),
  ].sort((a, b) => a - b);
  const found: Located[] = [];
  let insideUntil = 0;
  for (const offset of starts) {
    // A PKCS#8 key holds a SEC1 or PKCS#1 key: that is the same key, told once.
    if (offset < insideUntil) continue;
    const key = keyAt(bytes, offset);
    if (key === undefined) continue;
    found.push(key.located);
    insideUntil = key.end;
  }
  return found;
}

/** Where a SEQUENCE begins whose content, or whose content's content, begins with the marker. */
function outerSequences(bytes: Buffer, marker: Buffer, depth: 1 | 2): number[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) {
    for (const inner of sequencesBefore(bytes, at)) {
      starts.push(...(depth === 1 ? [inner] : sequencesBefore(bytes, inner)));
    }
  }
  return starts;
}

/** The header of a SEQUENCE is two to four bytes long for anything of up to 64 KiB. */
function sequencesBefore(bytes: Buffer, contentStart: number): number[] {
  return [2, 3, 4]
    .map((length) => contentStart - length)
    .filter((at) => at >= 0 && bytes[at] === SEQUENCE && elementAt(bytes, at)?.contentStart === contentStart);
}

function keyAt(
  bytes: Buffer,
  offset: number,
): { readonly located: Located; readonly end: number } | undefined {
  const outer = elementAt(bytes, offset);
  if (outer === undefined) return undefined;
  const first = elementAt(bytes, outer.contentStart);
  const second = first === undefined ? undefined : elementAt(bytes, first.end);
  if (first === undefined || second === undefined || second.end > outer.end) return undefined;
  const kind = formOf(first.tag, second.tag);
  if (kind === undefined) return undefined;
  const der = bytes.subarray(offset, outer.end);
  if (kind === "encrypted-pkcs8") {
    if (!isEncrypted(der) || second.end !== outer.end) return undefined;
    return { located: { kind, offset, publicKeySha256: undefined }, end: outer.end };
  }
  const publicKeySha256 = confirm(der, kind);
  return publicKeySha256 === undefined
    ? undefined
    : { located: { kind, offset, publicKeySha256 }, end: outer.end };
}

function formOf(first: number, second: number): Exclude<KeyForm, "jwk"> | undefined {
  if (first === SEQUENCE && second === OCTET_STRING) return "encrypted-pkcs8";
  if (first !== INTEGER) return undefined;
  if (second === SEQUENCE) return "pkcs8";
  if (second === OCTET_STRING) return "sec1";
  return second === INTEGER ? "pkcs1" : undefined;
}

function confirm(der: Buffer, type: "pkcs8" | "sec1" | "pkcs1"): string | undefined {
  try {
    return publicKeySha256(createPrivateKey({ key: der, format: "der", type }));
  } catch {
    return undefined;
  }
}

/** OpenSSL reads an encrypted key's outside and then asks for the passphrase that nobody gave. */
function isEncrypted(der: Buffer): boolean {
  try {
    createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ERR_MISSING_PASSPHRASE";
  }
}

/** Of a private key's public half, or of a public key. */
export function publicKeySha256(key: KeyObject): string {
  const spki = (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex");
}

function elementAt(bytes: Buffer, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 2 || first === 0x80 || at + 2 + lengthBytes > bytes.length) return undefined;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const contentStart = at + 2 + lengthBytes;
  return contentStart + length > bytes.length ? undefined : { tag, contentStart, end: contentStart + length };
}
