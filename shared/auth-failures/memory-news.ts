/**
 * Is what is remembered now worth writing down? What follows from the time alone follows again at the next look, and
 * that a caller was let in again a few seconds later says nothing new. Pure.
 */
import type { Instant } from "../runtime/instant.ts";
import type { AuthMemory, Party } from "./memory.ts";
import { SETTLED_SECONDS } from "./memory-parties.ts";
import { slide } from "./memory-take.ts";
import type { Limits } from "./verdict.ts";

export const isNews = (before: AuthMemory, after: AuthMemory, limits: Limits, now: Instant): boolean =>
  essence(slide(before, limits, now)) !== essence(after);

/** A delivery that holds nothing else needs no mark of its own either. */
const essence = ({ slots, own, tunnels, callers, floods, scan, unread, late }: AuthMemory): string =>
  JSON.stringify([slots, own.map(coarse), tunnels.map(coarse), callers, floods, scan, unread, late]);

const coarse = (party: Party): Party => {
  const { failures, acceptedAt } = party;
  if (failures.length > 0 || acceptedAt === null) return party;
  return { ...party, acceptedAt: acceptedAt - (acceptedAt % SETTLED_SECONDS) };
};
