/**
 * Several groups hit by one actor within a minute are one thing that happened, and so one incident. Pure. What is
 * together stays together under the same key, whatever else is heard of later.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { compareText } from "../runtime/compare-text.ts";
import { Actor } from "./actor.ts";

/** One group put right after one change. */
export const Hit = z.strictObject({
  /** The same when the same hit is told again. */
  id: z.string().min(1).max(200),
  group: z.string().min(1).max(200),
  at: z.int().nonnegative(),
  actor: Actor,
});
export type Hit = z.infer<typeof Hit>;

export interface Together<H extends Hit = Hit> {
  /** For the key of a condition (alerts/condition.ts). */
  readonly key: string;
  /** Of the first hit; some others may be by nobody known. */
  readonly actor: Actor;
  /** At least one, oldest first. */
  readonly hits: readonly H[];
}

export const TOGETHER_SECONDS = 60;

/**
 * `standing`: what is together already; a hit joins it when all of them stay within the minute. A hit by nobody known
 * is together only with what was hit in its own group, by whomever: it may be more of the same, and is told as unknown.
 */
export function joinHits<H extends Hit>(standing: readonly Together<H>[], hits: readonly H[]): Together<H>[] {
  const known = new Set(standing.flatMap((one) => one.hits.map(({ id }) => id)));
  const joined = [...standing];
  for (const hit of hits.toSorted(knownFirst)) {
    if (known.has(hit.id)) continue;
    known.add(hit.id);
    const index = joined.findIndex((one) => belongs(one, hit));
    const before = joined[index];
    if (before === undefined) joined.push({ key: keyOf(hit), actor: hit.actor, hits: [hit] });
    else joined[index] = { ...before, hits: [...before.hits, hit].toSorted(byTime) };
  }
  return joined.toSorted((one, other) => compareText(one.key, other.key));
}

function belongs({ actor, hits }: Together, hit: Hit): boolean {
  const isSame =
    hit.actor.key === null ? hits.some(({ group }) => group === hit.group) : actor.key === hit.actor.key;
  const times = [...hits.map(({ at }) => at), hit.at];
  return isSame && Math.max(...times) - Math.min(...times) < TOGETHER_SECONDS;
}

const byTime = (one: Hit, other: Hit): number => one.at - other.at || compareText(one.id, other.id);
const knownFirst = (one: Hit, other: Hit): number =>
  Number(one.actor.key === null) - Number(other.actor.key === null) || byTime(one, other);

const keyOf = ({ id }: Hit): string => createHash("sha256").update(id).digest("hex").slice(0, 32);
