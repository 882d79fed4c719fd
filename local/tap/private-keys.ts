/**
 * Finds private keys in any traffic: DER, PEM, base64, hexadecimal, JWK, also within one another. A finding never
 * holds the key, only where it is and whose it is. Nothing is reported that OpenSSL would not load as a private
 * key (or, encrypted, ask the passphrase of), so public keys, certificates, requests and tokens give nothing.
 *
 * Not seen: a key inside PKCS#12 or an encrypted PEM of OpenSSL's old form, one split over several messages.
 */
import { type KeyForm, type Located, locateDerKeys } from "./der.ts";
import { innerLayers } from "./encodings.ts";
import { locateJwks } from "./jwk.ts";

export interface Finding {
  readonly kind: KeyForm;
  /** Where its first byte, or the character that holds it, stands in what was scanned. */
  readonly offset: number;
  /** SHA-256 of the public key's SPKI, hexadecimal; undefined when the key is encrypted. */
  readonly publicKeySha256: string | undefined;
}

/** base64 of JSON that holds base64 of PEM, which is base64 of DER. */
const DEPTH_MAX = 4;

/** One finding for each key, where it stands first, in the order of their offsets. Never throws. */
export function findPrivateKeys(bytes: Uint8Array): Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of search(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0)) {
    const key = finding.publicKeySha256 ?? `encrypted ${finding.offset}`;
    const before = found.get(key);
    if (before === undefined || finding.offset < before.offset) found.set(key, finding);
  }
  return [...found.values()].sort((a, b) => a.offset - b.offset);
}

function* search(bytes: Buffer, depth: number): Generator<Located> {
  yield* locateDerKeys(bytes);
  yield* locateJwks(bytes);
  if (depth === DEPTH_MAX) return;
  for (const layer of innerLayers(bytes)) {
    for (const located of search(layer.bytes, depth + 1)) {
      yield { ...located, offset: layer.origin(located.offset) };
    }
  }
}
