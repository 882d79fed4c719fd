/**
 * How many different sources there were, in 1,024 characters whatever their number: HyperLogLog (Flajolet, Fusy,
 * Gandouet and Meunier, 2007), with linear counting where there are few. Its standard error is 3.3 %
 * (1.04 / sqrt(1,024)), so the truth is within 10 % but for one case in 400. Pure.
 *
 * Adding a source twice changes nothing, and neither does the order: two sketches joined are the sketch of both.
 */
import { hash } from "node:crypto";

const INDEX_BITS = 10;
const REGISTERS = 2 ** INDEX_BITS;
/** A register is one of these: ranks of 32 bits end at 33. */
const DIGITS = "0123456789abcdefghijklmnopqrstuvwx";

/** Registers as digits, or "" for no source at all: most slots of most links. */
export type Sketch = string;
export const NO_SOURCES: Sketch = "";
export const SKETCH = new RegExp(`^([0-9a-x]{${REGISTERS}})?$`);

export function addSources(sketch: Sketch, sources: Iterable<string>): Sketch {
  const registers = toRegisters(sketch);
  let isEmpty = sketch === NO_SOURCES;
  for (const source of sources) {
    const digest = hash("sha256", source, "buffer");
    const index = digest.readUInt16BE(0) % REGISTERS;
    const rank = Math.clz32(digest.readUInt32BE(4)) + 1;
    if (rank > (registers[index] ?? 0)) registers[index] = rank;
    isEmpty = false;
  }
  return isEmpty ? NO_SOURCES : toSketch(registers);
}

/** About how many there are in all of them together. */
export function countSources(sketches: readonly Sketch[]): number {
  const joined = new Uint8Array(REGISTERS);
  for (const sketch of sketches) {
    if (sketch === NO_SOURCES) continue;
    for (const [index, rank] of toRegisters(sketch).entries())
      if (rank > (joined[index] ?? 0)) joined[index] = rank;
  }
  return countRegisters(joined);
}

function countRegisters(registers: Uint8Array): number {
  let empty = 0;
  let sum = 0;
  for (const rank of registers) {
    if (rank === 0) empty += 1;
    sum += 2 ** -rank;
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS ** 2) / sum;
  // Where registers are still empty and sources few, their number says more than what the others hold.
  const few = raw <= 2.5 * REGISTERS && empty > 0;
  return Math.round(few ? REGISTERS * Math.log(REGISTERS / empty) : raw);
}

const toRegisters = (sketch: Sketch): Uint8Array =>
  Uint8Array.from({ length: REGISTERS }, (_, index) => Math.max(0, DIGITS.indexOf(sketch.charAt(index))));

const toSketch = (registers: Uint8Array): Sketch =>
  Array.from(registers, (rank) => DIGITS.charAt(rank)).join("");
