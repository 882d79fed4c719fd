/**
 * Finds secrets in any traffic: private keys (DER, PEM, JWK) and those whose values are known, in base64, hexadecimal,
 * gzip, also within one another. A finding never holds the secret, only where it is and whose it is. No private key is
 * reported that OpenSSL would not load as one (or, encrypted, ask the passphrase of), so public keys, certificates,
 * requests and tokens give nothing.
 *
 * Not seen: a key inside PKCS#12 or an encrypted PEM of OpenSSL's old form, one split over several messages.
 */
import { type KeyForm, type Located, locateDerKeys } from "./der.ts";
import { innerLayers } from "./encodings.ts";
import { locateJwks } from "./jwk.ts";
import { KnownSecrets, type LocatedSecret, type SecretKind } from "./known-secrets.ts";

export interface Finding {
  readonly kind: KeyForm | SecretKind;
  /** Where its first byte, or the character that holds it, stands in what was scanned. */
  readonly offset: number;
  /** Of a private key, SHA-256 of the public key's SPKI, hexadecimal; undefined when the key is encrypted. */
  readonly publicKeySha256?: string | undefined;
  /** Of a known secret. */
  readonly name?: string;
}

/** base64 of JSON that holds base64 of PEM, which is base64 of DER. */
const DEPTH_MAX = 4;
const NOTHING_KNOWN = new KnownSecrets();

export const findPrivateKeys = (bytes: Uint8Array): Finding[] => findSecrets(bytes, NOTHING_KNOWN);

/** One finding for each secret, where it stands first, in the order of their offsets. Never throws. */
export function findSecrets(bytes: Uint8Array, known: Pick<KnownSecrets, "locate">): Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of search(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), known, 0)) {
    const key = keyOf(finding);
    const before = found.get(key);
    if (before === undefined || finding.offset < before.offset) found.set(key, finding);
  }
  return [...found.values()].sort((a, b) => a.offset - b.offset);
}

function keyOf(finding: Located | LocatedSecret): string {
  if ("name" in finding) return `${finding.kind} ${finding.name}`;
  return finding.publicKeySha256 ?? `encrypted ${finding.offset}`;
}

function* search(
  bytes: Buffer,
  known: Pick<KnownSecrets, "locate">,
  depth: number,
): Generator<Located | LocatedSecret> {
  yield* locateDerKeys(bytes);
  yield* locateJwks(bytes);
  yield* known.locate(bytes);
  if (depth === DEPTH_MAX) return;
  for (const layer of innerLayers(bytes)) {
    for (const located of search(layer.bytes, known, depth + 1)) {
      yield { ...located, offset: layer.origin(located.offset) };
    }
  }
}
