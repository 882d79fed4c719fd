/**
 * What some bytes may hold in another form: base64 and base64url (which is what PEM is too), hexadecimal, gzip.
 * Text may have been escaped on its way, for JSON (also twice), for a form or for XML, and broken into lines: all
 * of that is undone. A run may begin anywhere, so each is read at every alignment.
 */
import { unzipped } from "./gzip.ts";

export interface Layer {
  readonly bytes: Buffer;
  /** Where in the bytes that it was read from a position of this layer begins. */
  readonly origin: (index: number) => number;
}

interface Run {
  /** Characters of the alphabet only, "-" and "_" as "+" and "/". */
  readonly text: string;
  readonly positions: Uint32Array;
}

/** An Ed25519 key, the shortest, is 64 characters of base64 and 96 of hexadecimal. */
const BASE64_MIN = 64;
const HEX = /[0-9a-fA-F]{96,}/g;

const SEPARATOR = -1;
const BREAK = -2;

/** For each byte: the base64 character that it stands for, or one of the above. */
const MEANING = Int16Array.from({ length: 256 }, (_, code) => meaningOf(code));

export function* innerLayers(bytes: Buffer): Generator<Layer> {
  // Read as it is and with escapes undone: a stray "%" right before a key must not eat its first characters.
  for (const read of [asItIs, unescaped]) {
    if (read === unescaped && !ESCAPE_SIGNS.some((sign) => bytes.includes(sign))) continue;
    for (const run of base64Runs(bytes, read)) {
      yield* base64Layers(run);
      yield* hexLayers(run);
    }
  }
  for (const { bytes: inside, start } of unzipped(bytes)) yield { bytes: inside, origin: () => start };
}

function* base64Layers({ text, positions }: Run): Generator<Layer> {
  for (let shift = 0; shift < 4; shift += 1) {
    const bytes = Buffer.from(text.slice(shift), "base64");
    yield { bytes, origin: (index) => positions[shift + Math.floor((index * 4) / 3)] ?? 0 };
  }
}

function* hexLayers({ text, positions }: Run): Generator<Layer> {
  for (const { 0: digits, index: start } of text.matchAll(HEX)) {
    for (let shift = 0; shift < 2; shift += 1) {
      const bytes = Buffer.from(digits.slice(shift), "hex");
      yield { bytes, origin: (index) => positions[start + shift + index * 2] ?? 0 };
    }
  }
}

function* base64Runs(bytes: Buffer, read: Reader): Generator<Run> {
  const characters = Buffer.alloc(bytes.length);
  const positions = new Uint32Array(bytes.length);
  let length = 0;
  for (let at = 0; at <= bytes.length; ) {
    const [meaning, next] = at === bytes.length ? [BREAK, at + 1] : read(bytes, at);
    if (meaning >= 0) {
      characters[length] = meaning;
      positions[length] = at;
      length += 1;
    } else if (meaning === BREAK) {
      if (length >= BASE64_MIN) {
        yield { text: characters.toString("latin1", 0, length), positions: positions.slice(0, length) };
      }
      length = 0;
    }
    at = next;
  }
}

/** What the character at a position means, and where the next one begins. */
type Reader = (bytes: Buffer, at: number) => readonly [meaning: number, next: number];

const asItIs: Reader = (bytes, at) => [MEANING[bytes[at] ?? 0] ?? BREAK, at + 1];

const ESCAPE_SIGNS = [0x5c, 0x25, 0x26];

const unescaped: Reader = (bytes, at) => {
  const code = bytes[at] ?? 0;
  if (!ESCAPE_SIGNS.includes(code)) return asItIs(bytes, at);
  const text = bytes.toString("latin1", at, at + ESCAPE_LENGTH_MAX);
  for (const [pattern, codeOf] of ESCAPES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    return [MEANING[codeOf(match[1] ?? "")] ?? BREAK, at + match[0].length];
  }
  return [BREAK, at + 1];
};

const ESCAPE_LENGTH_MAX = 16;
const ESCAPES: readonly (readonly [RegExp, (text: string) => number])[] = [
  [/^\\+u([0-9a-fA-F]{4})/, (digits) => Number.parseInt(digits, 16)],
  [/^\\+([nrt])/, () => 0x0a],
  [/^\\+(\/)/, () => 0x2f],
  [/^%(?:25)*([0-9a-fA-F]{2})/, (digits) => Number.parseInt(digits, 16)],
  [/^&#x([0-9a-fA-F]{1,4});/, (digits) => Number.parseInt(digits, 16)],
  [/^&#([0-9]{1,5});/, (digits) => Number.parseInt(digits, 10)],
];

function meaningOf(code: number): number {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9+/]/.test(character)) return code;
  if (character === "-") return 0x2b;
  if (character === "_") return 0x2f;
  return /[ \t\r\n]/.test(character) ? SEPARATOR : BREAK;
}
