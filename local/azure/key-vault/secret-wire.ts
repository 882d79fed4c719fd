/** Secrets in the words of the vault's REST interface, as recorded answers show them. */
import type { FoundSecret } from "./read-secret.ts";
import type { DeletedSecret, ListedVersion, SecretVersion } from "./secrets.ts";
import type { Vault } from "./state.ts";
import { attributesOf, type Json, RECOVERY, SECONDS_A_DAY } from "./wire.ts";

export function secretBundle(vault: Vault, name: string, found: FoundSecret): Json {
  return { value: found.value, ...secretItem(vault, name, found.version) };
}

/** As it is listed: never with its value. */
export function secretItem(vault: Vault, name: string, version: ListedVersion): Json {
  return "leaf" in version ? managedParts(vault, name, version) : ordinaryItem(vault, name, version);
}

/** Shown without its value too. */
export function deletedSecretBundle(vault: Vault, name: string, { deletedAt, version }: DeletedSecret): Json {
  return {
    recoveryId: `${vault.uri}/deletedsecrets/${name}`,
    deletedDate: deletedAt,
    scheduledPurgeDate: deletedAt + RECOVERY.recoverableDays * SECONDS_A_DAY,
    ...ordinaryItem(vault, name, version),
  };
}

function ordinaryItem(vault: Vault, name: string, version: SecretVersion): Json {
  const { id, contentType, tags, enabled, createdAt, updatedAt } = version;
  return {
    ...(contentType === undefined ? {} : { contentType }),
    id: `${vault.uri}/secrets/${name}/${id}`,
    attributes: { enabled, created: createdAt, updated: updatedAt, ...RECOVERY },
    ...(tags === undefined ? {} : { tags }),
  };
}

function managedParts(
  vault: Vault,
  name: string,
  version: Extract<ListedVersion, { readonly leaf: unknown }>,
): Json {
  return {
    contentType: version.contentType,
    id: `${vault.uri}/secrets/${name}/${version.id}`,
    managed: true,
    attributes: attributesOf(version),
    kid: `${vault.uri}/keys/${name}/${version.id}`,
  };
}
