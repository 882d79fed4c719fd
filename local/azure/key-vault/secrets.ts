/**
 * Ordinary secrets of a vault: versions that are added, and never changed afterwards but for being enabled. A deleted
 * secret keeps its name until somebody recovers or purges it.
 */
import { deletedSecretNotFound, secretBeingDeleted, secretDeleted, secretManaged } from "./operations.ts";
import { newId, nowSeconds, type Vault, type VaultVersion } from "./state.ts";

export interface VaultSecret {
  readonly name: string;
  /** In the order of their creation: the last one is current, disabled or not. */
  readonly versions: SecretVersion[];
  deletedAt: number | undefined;
}

export interface NewSecretVersion {
  readonly value: string;
  readonly contentType: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly enabled: boolean;
}

export interface SecretVersion extends Omit<NewSecretVersion, "enabled"> {
  readonly id: string;
  readonly createdAt: number;
  updatedAt: number;
  enabled: boolean;
}

/** A recorded deletion was not to be seen among the deleted for so long. */
const DELETION_SECONDS = 5;

/** Throws for a name that cannot be set. */
export function addSecretVersion(vault: Vault, name: string, wanted: NewSecretVersion): SecretVersion {
  if (vault.certificates.has(name)) throw secretManaged(name);
  const secret = vault.secrets.get(name) ?? { name, versions: [], deletedAt: undefined };
  const now = nowSeconds();
  if (secret.deletedAt !== undefined)
    throw isBeingDeleted(secret.deletedAt) ? secretBeingDeleted(name) : secretDeleted(name);
  const version = { ...wanted, id: newId(), createdAt: now, updatedAt: now };
  secret.versions.push(version);
  vault.secrets.set(name, secret);
  return version;
}

/** Undefined for one that does not exist or was deleted. */
export function findSecret(vault: Vault, name: string): VaultSecret | undefined {
  const secret = vault.secrets.get(name);
  return secret?.deletedAt === undefined ? secret : undefined;
}

export interface DeletedSecret {
  readonly deletedAt: number;
  readonly version: SecretVersion;
}

/** Throws for one that is not deleted, or not yet. */
export function requireDeletedSecret(vault: Vault, name: string): DeletedSecret {
  const secret = vault.secrets.get(name);
  const version = secret?.versions.at(-1);
  if (secret?.deletedAt === undefined || version === undefined || isBeingDeleted(secret.deletedAt))
    throw deletedSecretNotFound(name);
  return { deletedAt: secret.deletedAt, version };
}

const isBeingDeleted = (deletedAt: number): boolean => nowSeconds() < deletedAt + DELETION_SECONDS;

/** A version of a secret, or of the one behind a certificate. */
export type ListedVersion = SecretVersion | VaultVersion;

/** Pages of versions by their ids, which says nothing of when they were made. An unknown name has none. */
export function listSecretVersions(
  vault: Vault,
  name: string,
  page: { readonly skip: number; readonly max: number },
): { readonly versions: readonly ListedVersion[]; readonly nextSkip: number | undefined } {
  const certificate = vault.certificates.get(name);
  const behind = certificate?.deletedAt === undefined ? certificate?.versions : undefined;
  const all: readonly ListedVersion[] = findSecret(vault, name)?.versions ?? behind ?? [];
  const end = page.skip + page.max;
  const versions = all.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(page.skip, end);
  return { versions, nextSkip: end < all.length ? end : undefined };
}
