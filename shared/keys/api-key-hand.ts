/**
 * The hand's verbs for API keys: it says which key is in a bunny's vault, by its id, and puts another one there. It
 * finds them by the link's names, and can read none.
 */
import type { Body, Outcome, Problem, RefusalReason, Refused } from "../azure-api/contract.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import type { Rows } from "../rows/rows.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import { Secret } from "../runtime/secret.ts";
import { setSecretOver } from "../vault-secrets/set-over.ts";
import type { SecretVersion, Tags, UnusableSecret, VaultSecrets } from "../vault-secrets/vault-secrets.ts";
import { KeyId, type VaultKey } from "./api-key-schema.ts";
import { keyIdOf } from "./api-key-value.ts";
import type { BunnysKey } from "./api-keys-desired.ts";

export interface ApiKeyHand {
  /** By the keys' names. */
  readonly places: ReadonlyMap<string, ApiKeyPlace>;
  readonly rows: Rows;
  readonly clock: Clock;
}

export interface ApiKeyPlace {
  readonly bunny: string;
  readonly secrets: VaultSecrets;
}

/** A key whose bunny has no vault has no place: nothing can be done with it. */
export function apiKeyPlaces(
  keys: readonly BunnysKey[],
  secretsOf: (bunny: string) => VaultSecrets | undefined,
): ReadonlyMap<string, ApiKeyPlace> {
  return new Map(
    keys.flatMap(({ bunny, desired }) => {
      const secrets = secretsOf(bunny);
      return secrets === undefined ? [] : [[desired.name, { bunny, secrets }] as const];
    }),
  );
}

/** The value is the key alone, as bunny sends it; what it is known by stands beside it. */
const ID_TAG = "warrener-key-id";
const CONTENT_TYPE = "text/plain";

/** One key that cannot be looked at never hides the others. */
export async function observeApiKeys(
  hand: ApiKeyHand,
  { names }: Body<"keys.observe-key">,
): Promise<Outcome<"keys.observe-key">> {
  const keys = await Promise.all(
    names.map(async (name) => {
      const seen = await readOrProblem(hand, name);
      return seen !== null && typeof seen === "object" && "code" in seen
        ? { name, problem: seen }
        : { name, key: seen };
    }),
  );
  return { outcome: "observed", keys };
}

async function readOrProblem(
  { places }: ApiKeyHand,
  name: string,
): Promise<VaultKey | null | "deleted" | Problem> {
  const operation = "keys.observe-key";
  const place = places.get(name);
  if (place === undefined) return { code: "unknown-key", operation, retryable: false };
  const newest = await orCloudError(() => place.secrets.readNewest(name));
  if (newest instanceof CloudError) return problemOf(newest);
  if (newest === "taken") return { code: "name-taken", operation, retryable: false };
  return newest === null || newest === "deleted" ? newest : toVaultKey(newest);
}

const problemOf = ({ code, operation, retryable, throttled }: CloudError): Problem => ({
  code,
  operation,
  retryable,
  throttled,
});

function toVaultKey({ version, enabled, createdAt, tags }: SecretVersion): VaultKey {
  return { version, keyId: taggedId(tags), enabled, createdAt };
}

const taggedId = (tags: Tags): KeyId | null => KeyId.safeParse(tags[ID_TAG]).data ?? null;

/** Throws `CloudError` when it is not known whether the key was set. */
export async function setApiKey(
  { places, rows, clock }: ApiKeyHand,
  { name, keyId, key, over }: Body<"keys.set-key">,
): Promise<Outcome<"keys.set-key">> {
  const value = new Secret(key);
  const place = places.get(name);
  if (place === undefined) return refused("unknown-key", `the link's half here has no API key ${name}`);
  if (keyIdOf(value) !== keyId) return refused("illegal-key", "the id is that of another key");
  const { bunny, secrets } = place;
  const version = { value, tags: { [ID_TAG]: keyId }, contentType: CONTENT_TYPE };
  const set = await setSecretOver({ rows, secrets, clock }, { bunny, name }, over, version);
  if (set === "elsewhere") return refused("observation-stale", "the vault has another version now");
  if (set === "too-often") return refused("set-too-often", `${name} was set too often today`);
  return typeof set === "string" ? unusable(name, set) : { outcome: "set", version: set.version };
}

/** Recovering and purging are left to a person: the hand has no right to either, so that it can destroy nothing. */
function unusable(name: string, why: UnusableSecret): Refused {
  return why === "deleted"
    ? refused("key-deleted", `the vault has ${name} as deleted but recoverable: recover it or purge it`)
    : refused("name-taken", `the vault has a certificate named ${name}`);
}

function refused(reason: RefusalReason, detail: string): Refused {
  return { outcome: "refused", reason, detail };
}
