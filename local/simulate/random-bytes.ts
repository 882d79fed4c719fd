/** Bytes that follow from a seed, as many as a key or a salt takes. */
import { createHash } from "node:crypto";
import type { Draw } from "./draw.ts";

export const randomBytesFrom = (draw: Pick<Draw, "next">, count: number): Uint8Array =>
  createHash("sha512").update(`${draw.next()}`).digest().subarray(0, count);
