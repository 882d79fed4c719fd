/** Create: makes the key pair and the CSR, and leaves the certificate pending until somebody merges. */
import { X509Certificate } from "node:crypto";
import { createCsr, selfSign } from "./csr.ts";
import { generateKey, hasSpec, type VaultKey } from "./keys.ts";
import { badParameter, VaultRefusal } from "./operations.ts";
import type { Policy } from "./policy.ts";
import {
  newCertificate,
  newId,
  nowSeconds,
  type PendingCertificate,
  type Vault,
  type VaultCertificate,
} from "./state.ts";

/** Without a policy the stored one is used; a given one replaces it at once, for all versions. */
export async function createCertificate(
  vault: Vault,
  name: string,
  given?: Policy,
): Promise<{ certificate: VaultCertificate; pending: PendingCertificate }> {
  if (!/^[0-9a-zA-Z-]{1,127}$/.test(name))
    throw badParameter(`The request URI contains an invalid name: ${name}`);
  refuseTakenName(vault, name);
  const existing = vault.certificates.get(name);
  const policy = given ?? existing?.policy.policy;
  if (policy === undefined) throw badParameter("Property policy is required");
  const pending = await makePending(policy, existing);
  // Keys take time to make: another request may have been first.
  refuseTakenName(vault, name);
  const now = nowSeconds();
  const certificate =
    vault.certificates.get(name) ?? newCertificate(name, { policy, createdAt: now, updatedAt: now });
  if (given !== undefined) {
    certificate.policy = { policy, createdAt: certificate.policy.createdAt, updatedAt: now };
  }
  certificate.pending = pending;
  vault.certificates.set(name, certificate);
  return { certificate, pending };
}

function refuseTakenName(vault: Vault, name: string): void {
  const certificate = vault.certificates.get(name);
  if (certificate?.deletedAt !== undefined) {
    const message =
      `Certificate ${name} is currently in a deleted but recoverable state, and its name cannot be reused; ` +
      "in this state, the certificate can only be recovered or purged.";
    throw new VaultRefusal(409, "Conflict", message, "ObjectIsDeletedButRecoverable");
  }
  if (certificate?.pending?.status === "inProgress") {
    const message =
      "A new key vault certificate can not be created or imported while a pending key vault certificate's " +
      "status is inProgress.";
    throw new VaultRefusal(409, "Forbidden", message);
  }
  if (vault.secrets.has(name)) {
    throw new VaultRefusal(
      409,
      "Conflict",
      `A secret with the name ${name} already exists in this key vault.`,
    );
  }
}

async function makePending(
  policy: Policy,
  existing: VaultCertificate | undefined,
): Promise<PendingCertificate> {
  const key = reusableKey(policy, existing) ?? (await generateKey(policy.key));
  const isSelf = policy.wire.issuer.name === "Self";
  return {
    requestId: newId(),
    csr: await createCsr(policy, key),
    key,
    policy,
    status: "inProgress",
    cancellationRequested: false,
    selfSigned: isSelf ? new X509Certificate(await selfSign(policy, key)) : undefined,
  };
}

function reusableKey(policy: Policy, existing: VaultCertificate | undefined): VaultKey | undefined {
  const current = existing?.versions.at(-1)?.key;
  const reuse = policy.wire.key_props.reuse_key && current !== undefined && hasSpec(current, policy.key);
  return reuse ? current : undefined;
}
