/**
 * Tells when what AWS's end is read to have cannot be true. A tunnel that works has one key at both ends, so two that
 * are read differently show that one was misread, as of a secret whose layout AWS documents nowhere. A key that we have
 * made is known by its code; one that was only ever read is not, and a misread one would take the tunnel down. Pure.
 */
import { healthOf, isLost } from "../tunnels/health.ts";
import type { ObservedTunnel } from "../tunnels/schema.ts";
import { isRead } from "./pre-shared-memory.ts";
import type { KeyMemory, ObservedKey } from "./pre-shared-schema.ts";

/** As a code of what cannot be read. */
const MISREAD = "ends-read-differently";

/** What nobody can vouch for counts as unread: then nothing is done to this tunnel, and it is told. */
export function withDoubt(key: ObservedKey, seen: ObservedTunnel, known: KeyMemory): ObservedKey {
  const mayWork = !isLost(healthOf(seen));
  // It was seen to work with them, so one was misread, whatever the tunnel does now.
  const wasMisread = known.blind?.code === MISREAD;
  const isDoubtful = isToBeAdopted(key) ? mayWork || wasMisread : isAdopted(key) && mayWork;
  return isDoubtful ? { ...key, aws: { unknown: MISREAD } } : key;
}

/** Nothing of ours is stored, and the ends were read to differ: AWS's would be kept, and set in Azure. */
const isToBeAdopted = ({ stored, aws, azure, same }: ObservedKey): boolean =>
  isRead(stored) &&
  (stored.current === null || stored.current.origin === null) &&
  aws === "other" &&
  typeof azure === "string" &&
  // It is ours, and was set there by us: the ends do differ.
  azure !== "pending" &&
  !same;

/** It was kept while the tunnel was down, and Azure's end, which has none that we know, would be given it. */
const isAdopted = ({ stored, aws, azure }: ObservedKey): boolean =>
  isRead(stored) &&
  stored.current?.origin === "adopted" &&
  aws === "current" &&
  (azure === "other" || azure === "none");
