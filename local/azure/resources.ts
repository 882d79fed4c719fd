/** The resources that tokens of this world can be asked for, by the names that clients use for them. */

export const KEY_VAULT_RESOURCE = "https://vault.azure.net";
/** Key Vault's application id; the service takes it as audience too (AKV10022's text names both). */
export const KEY_VAULT_APP_ID = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
export const RESOURCE_MANAGER_RESOURCE = "https://management.azure.com";
export const STORAGE_RESOURCE = "https://storage.azure.com";

/** The `aud` of a token for this resource, which keeps the spelling that was asked for; undefined if unknown. */
export function audienceOf(resource: string): string | undefined {
  const withoutSlash = resource.replace(/\/$/, "");
  const known = [KEY_VAULT_RESOURCE, KEY_VAULT_APP_ID, RESOURCE_MANAGER_RESOURCE, STORAGE_RESOURCE].includes(
    withoutSlash,
  );
  return known ? resource : undefined;
}
