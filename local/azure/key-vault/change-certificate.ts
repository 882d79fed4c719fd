/** Enabling and disabling a version, and soft deletion of a whole certificate. */
import { badParameter } from "./operations.ts";
import { type FoundCertificate, readCertificate } from "./read-certificate.ts";
import { nowSeconds, requireCertificate, type Vault, type VaultCertificate } from "./state.ts";

export function setEnabled(
  vault: Vault,
  target: { readonly name: string; readonly versionId?: string | undefined },
  enabled: boolean,
): FoundCertificate {
  const found = readCertificate(vault, target.name, target.versionId);
  if (found.version === undefined) {
    throw badParameter(`The certificate ${target.name} has no completed version to be changed.`);
  }
  found.version.enabled = enabled;
  found.version.updatedAt = nowSeconds();
  return found;
}

/** All versions and the policy go; the name stays taken until it is purged or recovered. */
export function deleteCertificate(vault: Vault, name: string): VaultCertificate {
  const certificate = requireCertificate(vault, name);
  certificate.deletedAt = nowSeconds();
  certificate.pending = undefined;
  return certificate;
}
