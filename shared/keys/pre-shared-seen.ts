/**
 * Makes of what was read of one tunnel's keys two things: what a plan is given, which says only which stored key an end
 * has; and the keys themselves, for whatever carries the plan's step out.
 */
import type { LabelledVersion } from "../certificates/staged-secret.ts";
import type { Secret } from "../runtime/secret.ts";
import type { CannotTell } from "../tunnels/schema.ts";
import { compareEnds, fingerprintOf, isCopy } from "./pre-shared-fingerprint.ts";
import { parsePreSharedKey } from "./pre-shared-key.ts";
import type { Labels } from "./pre-shared-ports.ts";
import type { ObservedKey, StoredKey } from "./pre-shared-schema.ts";

export interface KeyAnswers {
  readonly labels: Labels | "deleted" | CannotTell;
  readonly aws: Secret | CannotTell;
  /** A fingerprint under the same salt; null: there is no key. */
  readonly azure: string | null | CannotTell;
}

/** What a step needs, and no plan sees. */
export interface KeyMaterial {
  /** The stored keys, by version. */
  readonly stored: ReadonlyMap<string, Secret>;
  readonly aws: Secret | null;
  /** The fingerprint of what Azure's end has. */
  readonly azure: string | null;
}

export interface SeenKey {
  readonly key: ObservedKey;
  readonly material: KeyMaterial;
}

export function seenKeyOf(name: string, salt: Secret, { labels, aws, azure }: KeyAnswers): SeenKey {
  const { current, pending, pendingLabel } = readStored(name, labels);
  const mark = (key: Secret | null) => (key === null ? null : fingerprintOf(salt, name, key));
  const marks = {
    current: mark(current?.key ?? null),
    pending: mark(pending?.key ?? null),
    aws: "unknown" in aws ? aws : mark(aws),
    azure,
  };
  const fresh = pending === null ? null : storedOf(isCopy(marks) ? { ...pending, origin: null } : pending);
  const stored = { current: current === null ? null : storedOf(current), pending: fresh, pendingLabel };
  return {
    key: { name, stored: isLabels(labels) ? stored : toldOf(labels), ...compareEnds(marks) },
    material: {
      stored: new Map([...keyOf(current), ...keyOf(pending)]),
      aws: "unknown" in aws ? null : aws,
      azure: typeof azure === "string" ? azure : null,
    },
  };
}

const isLabels = (labels: KeyAnswers["labels"]): labels is Labels =>
  labels !== "deleted" && !("unknown" in labels);

const toldOf = (labels: "deleted" | CannotTell) => (labels === "deleted" ? "secret-deleted" : labels);

interface Read extends StoredKey {
  readonly key: Secret | null;
}

function readStored(name: string, labels: KeyAnswers["labels"]) {
  if (!isLabels(labels)) return { current: null, pending: null, pendingLabel: null };
  const current = readVersion(name, labels.current);
  const pending = readVersion(name, labels.pending);
  const pendingLabel = pending?.versionId ?? null;
  // AWSPENDING stays where a promotion found it.
  return { current, pending: pendingLabel === current?.versionId ? null : pending, pendingLabel };
}

function readVersion(name: string, labelled: LabelledVersion | null): Read | null {
  if (labelled === null) return null;
  const parsed = parsePreSharedKey(name, labelled.value);
  const { version: versionId, createdAt } = labelled;
  return { versionId, createdAt, origin: parsed?.origin ?? null, key: parsed?.key ?? null };
}

const storedOf = ({ versionId, createdAt, origin }: Read): StoredKey => ({ versionId, createdAt, origin });

const keyOf = (read: Read | null): [string, Secret][] =>
  read === null || read.key === null ? [] : [[read.versionId, read.key]];
