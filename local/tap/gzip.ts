/** gzip anywhere in some bytes (RFC 1952), whatever stands before and after it, and also when its end is cut off. */
import { constants, inflateRawSync } from "node:zlib";

const MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);
const HEADER_BYTES = 10;
const UNZIPPED_BYTES_MAX = 64 * 1_048_576;

/** Bits of the header's fourth byte. */
const HAS_CRC = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;

export function* unzipped(bytes: Buffer): Generator<{ readonly bytes: Buffer; readonly start: number }> {
  for (let start = bytes.indexOf(MAGIC); start >= 0; start = bytes.indexOf(MAGIC, start + 1)) {
    const inside = inflate(bytes.subarray(dataStart(bytes, start)));
    if (inside !== undefined) yield { bytes: inside, start };
  }
}

function dataStart(bytes: Buffer, start: number): number {
  const flags = bytes[start + 3] ?? 0;
  let at = start + HEADER_BYTES;
  if (flags & HAS_EXTRA) at += 2 + (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
  if (flags & HAS_NAME) at = afterZero(bytes, at);
  if (flags & HAS_COMMENT) at = afterZero(bytes, at);
  return flags & HAS_CRC ? at + 2 : at;
}

function afterZero(bytes: Buffer, from: number): number {
  const zero = bytes.indexOf(0, from);
  return zero < 0 ? bytes.length : zero + 1;
}

/** Deflate itself ends where its data ends; Node's gunzip takes what follows for another member and gives up. */
function inflate(bytes: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(bytes, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: UNZIPPED_BYTES_MAX,
    });
  } catch {
    return undefined;
  }
}
