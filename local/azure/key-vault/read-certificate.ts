/** Reading certificates, their policy and their versions. */
import { certificateNotFound } from "./operations.ts";
import { requireCertificate, type Vault, type VaultCertificate, type VaultVersion } from "./state.ts";

/** `version` undefined: the certificate was never completed, and is shown as a placeholder. */
export interface FoundCertificate {
  readonly certificate: VaultCertificate;
  readonly version: VaultVersion | undefined;
}

/** Without a version: the newest by creation, even when it is disabled. */
export function readCertificate(vault: Vault, name: string, versionId?: string): FoundCertificate {
  const certificate = requireCertificate(vault, name);
  if (versionId === undefined) return { certificate, version: certificate.versions.at(-1) };
  const version = certificate.versions.find(({ id }) => id === versionId);
  if (version === undefined && versionId !== certificate.placeholder.id) {
    throw certificateNotFound(`${name}/${versionId}`);
  }
  return { certificate, version };
}

/** Pages of versions, oldest first. A name that does not exist has no versions: that is no error. */
export function listVersions(
  vault: Vault,
  name: string,
  page: { readonly skip: number; readonly max: number },
): { readonly versions: readonly VaultVersion[]; readonly nextSkip: number | undefined } {
  const certificate = vault.certificates.get(name);
  const all = certificate === undefined || certificate.deletedAt !== undefined ? [] : certificate.versions;
  const end = page.skip + page.max;
  return { versions: all.slice(page.skip, end), nextSkip: end < all.length ? end : undefined };
}
