/**
 * The labels of an API key's secret as they count. A label that stands beside another one on the same version, or on
 * another copy of the same key, adds nothing; one on a value that is none of ours lets nobody in. Pure.
 */
import type { Instant } from "../runtime/instant.ts";
import type { Evidence } from "./api-key-evidence.ts";
import type {
  DesiredApiKey,
  KeyFacts,
  KeyLabels,
  LabelledKey,
  Sighting,
  VaultKey,
} from "./api-key-schema.ts";

export interface UsableKey {
  readonly versionId: string;
  readonly createdAt: Instant;
  readonly key: KeyFacts;
  /** Since when it has its label. */
  readonly labelled: Sighting | null;
}

export interface KeysView {
  readonly labels: KeyLabels;
  readonly current: UsableKey | null;
  /** Null also when it is the current one: AWSPENDING stays where a promotion found it. */
  readonly pending: UsableKey | null;
  /** Whether AWSPENDING stands where it gives nothing: its removal takes no key from anybody. */
  readonly pendingIsIdle: boolean;
  readonly previous: UsableKey | null;
  readonly vault: VaultKey | null;
}

export function viewOf(labels: KeyLabels, { vault, memory }: Evidence): KeysView {
  const current = usable(labels.current, memory.current);
  const previous = usable(labels.previous, memory.previous);
  const pending = usable(labels.pending, memory.pending);
  const onCurrent = labels.pending !== null && labels.pending.versionId === labels.current?.versionId;
  const isIdle = pending === null || sameKey(pending, current);
  return {
    labels,
    current,
    pending: isIdle ? null : pending,
    // On the current version it is where the next key's pending label is taken from.
    pendingIsIdle: labels.pending !== null && !onCurrent && isIdle,
    // What is pending too is gone on with as that.
    previous: sameKey(previous, current) || sameKey(previous, pending) ? null : previous,
    vault,
  };
}

const sameKey = (one: UsableKey | null, other: UsableKey | null): boolean =>
  one !== null && one.key.id === other?.key.id;

function usable(labelled: LabelledKey | null, sighting: Sighting | null): UsableKey | null {
  if (labelled === null || labelled.key === null) return null;
  const { versionId, createdAt, key } = labelled;
  return { versionId, createdAt, key, labelled: sighting };
}

/** Whether a key is good for what the link asks for. One for another name that the same certificates bear is. */
export function mismatchOf(
  desired: DesiredApiKey,
  { key }: UsableKey,
): "other-identity" | "other-scopes" | null {
  if (!desired.asGood.includes(key.identity)) return "other-identity";
  const [have, want] = [key.scopes.toSorted().join(), desired.scopes.toSorted().join()];
  return have === want ? null : "other-scopes";
}
