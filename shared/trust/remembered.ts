/**
 * Which CAs we have published ourselves. Pure.
 *
 * One thing must stay true: what a bunny's vault says is no reason to remember a CA. Whoever may write there would say
 * it.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { Digest, InstantSchema } from "../certificates/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { CaFacts } from "./authority.ts";
import { CaId } from "./schema.ts";

export const RememberedCa = z.object({
  id: CaId,
  /** The SHA-256 of its text: with other parents it is another chain. */
  chain: Digest,
  notAfter: InstantSchema,
});
export type RememberedCa = z.infer<typeof RememberedCa>;

/** Four bundles without a CA in common. */
export const REMEMBERED_MAX = 32;

export const toRemembered = ({ id, pem, notAfter }: CaFacts): RememberedCa => ({
  id,
  chain: createHash("sha256").update(pem).digest("hex"),
  notAfter,
});

/** `published` come first. One that has ended is forgotten: nobody accepts a leaf of it any more. */
export function rememberedAfter(
  before: readonly RememberedCa[],
  published: readonly CaFacts[],
  now: Instant,
): RememberedCa[] {
  const all = [...published.map(toRemembered), ...before];
  const isFirst = ({ id, chain }: RememberedCa, index: number) =>
    all.findIndex((other) => other.id === id && other.chain === chain) === index;
  return all.filter((ca, index) => now < ca.notAfter && isFirst(ca, index)).slice(0, REMEMBERED_MAX);
}

export function isRemembered(remembered: readonly RememberedCa[], ca: CaFacts): boolean {
  const { id, chain } = toRemembered(ca);
  return remembered.some((one) => one.id === id && one.chain === chain);
}
