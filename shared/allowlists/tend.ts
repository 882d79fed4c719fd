/**
 * The short run of each minute: both halves hear of the freeze, the hand's notes are collected and told, and a group is
 * looked at only where an exception begins or ends, each minute until it was seen as it should be since, so that its
 * time is honoured to the minute although a write fails.
 */
import type { Instant } from "../runtime/instant.ts";
import { type Healer, type HealReport, healAllowlists } from "./heal.ts";
import type { AllowlistGroup } from "./schema.ts";
import type { Standing } from "./standing.ts";

export async function tendAllowlists(healer: Healer): Promise<HealReport> {
  const { store, allowlists, sweep, clock } = healer;
  // Few groups, if any, are looked at, and what is kept of a thousand takes its time to read.
  const now = clock();
  const timed = allowlists.groups.filter(({ exceptions }) => exceptions.length > 0);
  const standing = await store.read(timed.map(({ name }) => name));
  const swept = await sweep(standing.freeze);
  const groups = timed.filter((group) => isDue(group, standing, now));
  const { report } = await healAllowlists(healer, standing, { groups, changes: [] }, swept);
  return report;
}

/** So long is it looked at again: what is not in order by then is for the sweep, and for people. */
const RETRY_SECONDS = 3_600;

/** An exception has begun or ended since the group was looked at, or seen in order; or nobody remembers when that was. */
function isDue({ name, mode, exceptions }: AllowlistGroup, standing: Standing, now: Instant): boolean {
  const { lookedAt, inOrderAt } = standing.lookOf(name);
  const { freeze } = standing;
  const mayWrite = mode === "heal" && !freeze.frozen;
  const thawedAt = freeze.frozen ? 0 : (freeze.word?.at ?? 0);
  const isSince = (seenAt: Instant | null, at: Instant): boolean => seenAt !== null && seenAt >= at;
  const turns = exceptions.flatMap(({ from, until }) => (from === undefined ? [until] : [from, until]));
  return turns.some((at) => {
    if (at > now) return false;
    if (!isSince(lookedAt, at)) return true;
    // What has turned in a frozen link could not be honoured before.
    return mayWrite && !isSince(inOrderAt, at) && now < Math.max(at, thawedAt) + RETRY_SECONDS;
  });
}
