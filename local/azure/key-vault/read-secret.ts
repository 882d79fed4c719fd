/**
 * Secrets. Each completed version of a certificate has one of the same name and version, which carries the
 * private key, the leaf and the chain in this order: here, and nowhere else, a private key leaves the vault.
 */
import { NotSupported } from "../../network/json-listener.ts";
import { privateKeyPem } from "./keys.ts";
import { secretDisabled, secretNotFound } from "./operations.ts";
import { findSecret, type SecretVersion, type VaultSecret } from "./secrets.ts";
import type { Vault, VaultVersion } from "./state.ts";

export type FoundSecret =
  | { readonly kind: "certificate"; readonly version: VaultVersion; readonly value: string }
  | { readonly kind: "ordinary"; readonly version: SecretVersion; readonly value: string };

export function readSecret(vault: Vault, name: string, versionId?: string): FoundSecret {
  const ordinary = findSecret(vault, name);
  if (ordinary !== undefined) return readOrdinary(ordinary, versionId);
  if (isPlaceholder(vault, name, versionId)) throw secretDisabled();
  const version = findVersion(vault, name, versionId);
  if (version === undefined) throw secretNotFound(versionId === undefined ? name : `${name}/${versionId}`);
  if (!version.enabled) throw secretDisabled();
  if (version.contentType !== "application/x-pem-file") {
    throw new NotSupported(`GetSecret for a certificate of content type ${version.contentType}`);
  }
  return { kind: "certificate", version, value: pemOf(version) };
}

function readOrdinary({ name, versions }: VaultSecret, versionId: string | undefined): FoundSecret {
  const version = versionId === undefined ? versions.at(-1) : versions.find(({ id }) => id === versionId);
  if (version === undefined) throw secretNotFound(`${name}/${versionId}`);
  if (!version.enabled) throw secretDisabled();
  return { kind: "ordinary", version, value: version.value };
}

/** Until the first merge a certificate is shown as a disabled version, and so is its secret. */
function isPlaceholder(vault: Vault, name: string, versionId: string | undefined): boolean {
  const certificate = vault.certificates.get(name);
  if (certificate === undefined || certificate.deletedAt !== undefined) return false;
  if (versionId !== undefined) return versionId === certificate.placeholder.id;
  return certificate.versions.length === 0;
}

function findVersion(vault: Vault, name: string, versionId: string | undefined): VaultVersion | undefined {
  const certificate = vault.certificates.get(name);
  if (certificate === undefined || certificate.deletedAt !== undefined) return undefined;
  const { versions } = certificate;
  return versionId === undefined ? versions.at(-1) : versions.find(({ id }) => id === versionId);
}

function pemOf(version: VaultVersion): string {
  const certificates = [version.leaf, ...version.chain].map((one) => one.toString());
  return [...(version.exportable ? [privateKeyPem(version.key)] : []), ...certificates].join("");
}
