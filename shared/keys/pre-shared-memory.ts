/** What is remembered of the tunnels' keys from one look to the next: since when, how often, and what was asked. Pure. */
import type { Instant } from "../runtime/instant.ts";
import { healthOf } from "../tunnels/health.ts";
import type { ObservedTunnel } from "../tunnels/schema.ts";
import type {
  Asked,
  End,
  FailReason,
  KeyMemory,
  ObservedKey,
  PreSharedMemory,
  StoredKeys,
} from "./pre-shared-schema.ts";

const DAY_SECONDS = 86_400;

export const keyMemoryOf = (memory: PreSharedMemory, name: string): KeyMemory =>
  memory.tunnels.find((tunnel) => tunnel.name === name) ?? {
    name,
    upSince: null,
    differSince: null,
    comparedAt: null,
    inPlaceSince: null,
    blind: null,
    asked: [],
  };

export interface Look {
  /** By name, one for each tunnel of the link. */
  readonly tunnels: readonly { readonly key: ObservedKey; readonly seen: ObservedTunnel }[];
  /** After a rotation that failed, none begins for so long. */
  readonly pauseSeconds: number;
  readonly now: Instant;
}

/** Takes in what is observed, and forgets tunnels that the link does not name any more. */
export function rememberKeys(memory: PreSharedMemory, look: Look): PreSharedMemory {
  const { tunnels, now } = look;
  const attempted = tunnels.find(({ key }) => key.name === memory.attempt?.tunnel);
  const isOver = attempted === undefined || isDone(attempted.key, memory.attempt?.versionId);
  return {
    ...memory,
    tunnels: tunnels.map(({ key, seen }) => rememberKey(keyMemoryOf(memory, key.name), key, seen, now)),
    attempt: isOver ? null : memory.attempt,
    failed: isOvercome(memory, look) ? null : memory.failed,
  };
}

/**
 * Its tunnel came up after all, with the new key: no other rotation may be due for weeks, and there is nothing left to do.
 * One that was given up is over with the next one alone.
 */
function isOvercome({ failed }: PreSharedMemory, { tunnels, pauseSeconds, now }: Look): boolean {
  if (failed?.reason !== "not-up-in-time" || now - failed.at < pauseSeconds) return false;
  return tunnels.some(({ key, seen }) => key.name === failed.tunnel && healthOf(seen) === "up");
}

/** Its key is current, or was dropped; a secret that could not be read says neither. */
const isDone = ({ stored }: ObservedKey, versionId: string | undefined): boolean =>
  isRead(stored) && stored.pending?.versionId !== versionId;

export const isRead = (stored: ObservedKey["stored"]): stored is StoredKeys =>
  typeof stored === "object" && !("unknown" in stored);

function rememberKey(known: KeyMemory, key: ObservedKey, seen: ObservedTunnel, now: Instant): KeyMemory {
  const { aws, azure, same } = key;
  const isSeen = typeof aws === "string" && typeof azure === "string";
  const inPlace = aws === "pending" && azure === "pending";
  const code = blindCode(key);
  return {
    ...known,
    upSince: healthOf(seen) === "up" ? (known.upSince ?? now) : null,
    differSince: isSeen ? (same ? null : (known.differSince ?? now)) : known.differSince,
    comparedAt: isSeen ? comparedAfter(known, now) : known.comparedAt,
    inPlaceSince: isSeen ? (inPlace ? (known.inPlaceSince ?? now) : null) : known.inPlaceSince,
    blind: code === null ? null : { since: known.blind?.since ?? now, code },
    asked: known.asked.filter(({ at }) => at > now - DAY_SECONDS),
  };
}

/** A write each minute would tell nobody more. */
const COMPARED_EVERY_SECONDS = 300;
const comparedAfter = ({ comparedAt }: KeyMemory, now: Instant): Instant =>
  comparedAt !== null && now - comparedAt < COMPARED_EVERY_SECONDS ? comparedAt : now;

/** What could not be read of it, by the code of why; null when everything was. */
export function blindCode({ stored, aws, azure }: ObservedKey): string | null {
  if (stored === "secret-deleted") return stored;
  const unread = [stored, aws, azure].find((part) => typeof part === "object" && "unknown" in part);
  return typeof unread === "object" && "unknown" in unread ? unread.unknown : null;
}

/** What an end was asked and has not refused, the last one; undefined when nothing was within a day. */
export const lastAsked = ({ asked }: KeyMemory, end: End): Asked | undefined =>
  asked.findLast((one) => one.end === end && one.refused === undefined);

/** The last refusal within a day. */
export function lastRefusal({ asked }: KeyMemory): { readonly end: End; readonly why: string } | null {
  const last = asked.findLast(({ refused }) => refused !== undefined);
  return last?.refused === undefined ? null : { end: last.end, why: last.refused };
}

/** Refused or not. */
export const timesAsked = ({ asked }: KeyMemory, end: End, versionId: string): number =>
  asked.filter((one) => one.end === end && one.versionId === versionId).length;

/** As it must stand before an end is asked: a run that dies in the midst of it leaves one that was asked, not none. */
export const withAsked = (memory: PreSharedMemory, tunnel: string, asked: Asked): PreSharedMemory =>
  withKey(memory, tunnel, (known) => ({ ...known, asked: [...known.asked, asked] }));

/** It was never asked, or refused for what is over in a minute: as if nothing had been noted. */
export const withoutAsked = (memory: PreSharedMemory, tunnel: string, asked: Asked): PreSharedMemory =>
  withKey(memory, tunnel, (known) => ({ ...known, asked: known.asked.filter((one) => !isOne(one, asked)) }));

/** It was refused, and would be again: each further try comes later, and whoever asks is told why. */
export const withRefused = (
  memory: PreSharedMemory,
  tunnel: string,
  asked: Asked,
  why: string,
): PreSharedMemory =>
  withKey(memory, tunnel, (known) => ({
    ...known,
    asked: known.asked.map((one) => (isOne(one, asked) ? { ...one, refused: why.slice(0, 120) } : one)),
  }));

const isOne = (one: Asked, { end, versionId, at }: Asked): boolean =>
  one.end === end && one.versionId === versionId && one.at === at;

export function withAttempt(
  memory: PreSharedMemory,
  tunnel: string,
  versionId: string,
  now: Instant,
): PreSharedMemory {
  const { attempt } = memory;
  if (attempt?.tunnel === tunnel && attempt.versionId === versionId) return memory;
  return { ...memory, attempt: { tunnel, versionId, startedAt: now, turnedBack: null } };
}

/** The first reason stands. */
export function withTurnedBack(memory: PreSharedMemory, tunnel: string, reason: FailReason): PreSharedMemory {
  const { attempt } = memory;
  if (attempt === null || attempt.tunnel !== tunnel || attempt.turnedBack !== null) return memory;
  return { ...memory, attempt: { ...attempt, turnedBack: reason } };
}

export const withFailed = (
  memory: PreSharedMemory,
  tunnel: string,
  reason: FailReason | null,
  now: Instant,
): PreSharedMemory => ({ ...memory, failed: reason === null ? null : { tunnel, at: now, reason } });

function withKey(
  memory: PreSharedMemory,
  tunnel: string,
  change: (known: KeyMemory) => KeyMemory,
): PreSharedMemory {
  const others = memory.tunnels.filter(({ name }) => name !== tunnel);
  const tunnels = [...others, change(keyMemoryOf(memory, tunnel))];
  return { ...memory, tunnels: tunnels.sort((one, other) => (one.name < other.name ? -1 : 1)) };
}
