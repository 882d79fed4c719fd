/** What a person with rights in the portal does to a vault's secrets, without a caller, a token or a throttle. */
import { addSecretVersion, findSecret, type SecretVersion } from "./secrets.ts";
import { nowSeconds, type Vault } from "./state.ts";

/** With the time that a deletion takes behind it, unless it has only just begun. */
const LONG_AGO_SECONDS = 60;

export function setSecretByHand(
  vault: Vault,
  name: string,
  wanted: {
    readonly value: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly contentType?: string;
    /** Seconds since the epoch; now by default. */
    readonly createdAt?: number;
  },
): SecretVersion {
  const { value, tags, contentType, createdAt } = wanted;
  const version = addSecretVersion(vault, name, { value, tags, contentType, enabled: true });
  if (createdAt !== undefined) Object.assign(version, { createdAt, updatedAt: createdAt });
  return version;
}

export function disableSecretByHand(vault: Vault, name: string, versionId: string): void {
  const version = requireSecret(vault, name).versions.find(({ id }) => id === versionId);
  if (version === undefined) throw new Error(`the secret ${name} has no version ${versionId}`);
  version.enabled = false;
  version.updatedAt = nowSeconds();
}

/** `justNow`: the deletion is under way, and not to be seen yet. */
export function deleteSecretByHand(vault: Vault, name: string, justNow = false): void {
  requireSecret(vault, name).deletedAt = justNow ? nowSeconds() : nowSeconds() - LONG_AGO_SECONDS;
}

/** Back with all its versions, as `az keyvault secret recover` does. */
export function recoverSecretByHand(vault: Vault, name: string): void {
  requireDeleted(vault, name).deletedAt = undefined;
}

/** Gone for good, and its name is free; a vault with purge protection would not do it before its time. */
export function purgeSecretByHand(vault: Vault, name: string): void {
  requireDeleted(vault, name);
  vault.secrets.delete(name);
}

function requireSecret(vault: Vault, name: string) {
  const secret = findSecret(vault, name);
  if (secret === undefined) throw new Error(`there is no secret ${name}`);
  return secret;
}

function requireDeleted(vault: Vault, name: string) {
  const secret = vault.secrets.get(name);
  if (secret?.deletedAt === undefined) throw new Error(`there is no deleted secret ${name}`);
  return secret;
}
