/**
 * A certificate or CSR like another one, with some of its bytes replaced and signed anew: to make one from scratch takes
 * far longer, and draws on real chance. What takes the place of something is of its length, so that no length changes.
 */
import { InvariantError } from "../../../shared/runtime/errors.ts";
import { type SeededKey, signWith, withLength } from "./p256.ts";

/** What it is looked for by, and what takes its place wherever it stands. */
export type Replacement = readonly [Uint8Array, Uint8Array];

/** ecdsa-with-SHA256 (RFC 5758). */
const ALGORITHM = Buffer.from("300a06082a8648ce3d040302", "hex");

export function reissue(template: Uint8Array, replaced: readonly Replacement[], signer: SeededKey): Buffer {
  const signed = Buffer.from(signedPartOf(template));
  for (const [before, after] of replaced) replaceAll(signed, before, after);
  const signature = Buffer.concat([Buffer.from([0x00]), signWith(signer, signed)]);
  const content = Buffer.concat([signed, ALGORITHM, Buffer.from([0x03]), withLength(signature)]);
  return Buffer.concat([Buffer.from([0x30]), withLength(content)]);
}

function replaceAll(bytes: Buffer, before: Uint8Array, after: Uint8Array): void {
  if (before.length !== after.length) throw new InvariantError("a replacement is of another length");
  let at = bytes.indexOf(before);
  if (at < 0) throw new InvariantError("what is to be replaced is not there");
  for (; at >= 0; at = bytes.indexOf(before, at + after.length)) bytes.set(after, at);
}

/** The first of the three elements of a signed structure, with its header. */
function signedPartOf(der: Uint8Array): Uint8Array {
  const outer = headerOf(der, 0);
  const inner = headerOf(der, outer.header);
  return der.subarray(outer.header, outer.header + inner.header + inner.length);
}

function headerOf(der: Uint8Array, at: number): { readonly header: number; readonly length: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) return { header: 2, length: first };
  const count = first & 0x7f;
  const bytes = der.subarray(at + 2, at + 2 + count);
  return { header: 2 + count, length: bytes.reduce((sum, byte) => sum * 256 + byte, 0) };
}
