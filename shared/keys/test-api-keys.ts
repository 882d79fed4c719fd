/** One API key as tests see it: the old one is current, in the vault and used, and all is well. */
import type { Instant } from "../runtime/instant.ts";
import { type ApiKeyPlan, planApiKey } from "./api-key-plan.ts";
import {
  type ApiKeyMemory,
  type DesiredApiKey,
  type KeyLabels,
  type KeyLog,
  type LabelledKey,
  NO_KEY_MEMORY,
  type ObservedApiKey,
  type VaultKey,
} from "./api-key-schema.ts";

export const NOW: Instant = 1_795_000_000;
const [HOUR, DAY] = [3_600, 86_400];

export const DESIRED: DesiredApiKey = {
  name: "bunny-relay",
  identity: "bunny.example.com",
  asGood: ["bunny.example.com"],
  callers: ["bunny.example.com"],
  scopes: ["poll", "results"],
  rotateEverySeconds: 30 * DAY,
  graceSeconds: HOUR,
  proof: "observed",
  provenWithinSeconds: HOUR / 2,
};

export const OLD = "0000000000000001";
export const NEW = "0000000000000002";
export const OLDER = "0000000000000003";

const AGES = new Map([
  [OLDER, 60 * DAY],
  [OLD, 10 * DAY],
  [NEW, 2 * HOUR],
]);

/** The version is named as its key; an unknown one is a day old. */
export function labelled(keyId: string, changes: Partial<LabelledKey> = {}): LabelledKey {
  const { identity, scopes } = DESIRED;
  const createdAt = NOW - (AGES.get(keyId) ?? DAY);
  return { versionId: `version-${keyId}`, createdAt, key: { id: keyId, identity, scopes }, ...changes };
}

/** A value of a person's own. */
export const FOREIGN: LabelledKey = { versionId: "version-foreign", createdAt: NOW - DAY, key: null };

export function inVault(keyId: string | null, changes: Partial<VaultKey> = {}): VaultKey {
  const createdAt = NOW - (AGES.get(keyId ?? "") ?? DAY) + 600;
  return { version: `vault-${keyId ?? "untagged"}`, keyId, enabled: true, createdAt, ...changes };
}

export interface LogChanges {
  readonly loaded?: readonly (readonly string[])[];
  readonly used?: readonly string[];
  readonly heardAt?: readonly Instant[];
}

/** Each minute for so long, the last time a few seconds ago. */
export const every = (seconds: number): Instant[] =>
  Array.from({ length: Math.floor(seconds / 60) + 1 }, (_, index) => NOW - 10 - index * 60);

/** By two replicas that have been heard for long; each use is as steady. */
export function logOf({ loaded = [[OLD], [OLD]], used = [OLD], heardAt = every(300) }: LogChanges): KeyLog {
  return {
    replicas: loaded.map((keyIds, index) => ({ replica: `relay-${index}`, at: NOW - 20, keyIds })),
    heardAt,
    used: used.map((keyId) => ({ keyId, at: every(3_550) })),
    heard: used.length === 0 ? [] : [{ identity: "bunny.example.com", at: every(3_550) }],
  };
}

export interface Case {
  readonly desired?: Partial<DesiredApiKey>;
  readonly labels?: Partial<KeyLabels> | "deleted" | "unreadable";
  readonly vault?: ObservedApiKey["vault"];
  readonly log?: LogChanges | "not-searched" | "unreadable";
  /** Left out: everything has been as it is for two hours. Null: it was lost. */
  readonly memory?: Partial<ApiKeyMemory> | null;
  readonly askedAt?: Instant | null;
}

export function planOf(
  { desired, labels = {}, vault = inVault(OLD), log = {}, memory = {}, askedAt = null }: Case = {},
  now: Instant = NOW,
): ApiKeyPlan {
  const base = { current: labelled(OLD), pending: null, previous: null };
  const observed: ObservedApiKey = {
    labels: typeof labels === "string" ? labels : { ...base, ...labels },
    vault,
    log: typeof log === "string" ? log : logOf(log),
  };
  const known = memory === null ? null : { ...settled(observed), ...memory };
  return planApiKey({ desired: { ...DESIRED, ...desired }, observed, memory: known, askedAt, now });
}

const SETTLED_SECONDS = 2 * HOUR;

function settled({ labels, vault }: ObservedApiKey): ApiKeyMemory {
  const since = NOW - SETTLED_SECONDS;
  const seen = (id: string | undefined) => (id === undefined ? null : { id, since });
  const read = typeof labels === "string" ? null : labels;
  return {
    ...NO_KEY_MEMORY,
    current: seen(read?.current?.versionId),
    pending: seen(read?.pending?.versionId),
    previous: seen(read?.previous?.versionId),
    vault: typeof vault === "string" ? null : seen(vault?.version),
    // The pending key is not seen to be used, when it is pushed, before a test says so.
    used: typeof vault === "string" || vault?.keyId === read?.pending?.key?.id ? null : seen(vault?.version),
  };
}
