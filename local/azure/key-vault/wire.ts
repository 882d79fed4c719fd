/** The vault's objects in the words of its REST interface, as recorded answers show them. */

import type { FoundCertificate } from "./read-certificate.ts";
import type { PendingCertificate, StoredPolicy, Vault, VaultCertificate, VaultVersion } from "./state.ts";

export type Json = Readonly<Record<string, unknown>>;

/** Purge protection is on and the retention is the default. */
export const RECOVERY = { recoveryLevel: "Recoverable", recoverableDays: 90 };
export const SECONDS_A_DAY = 86_400;

/** `latest` shows the policy and the pending request as well; a single version shows neither. */
export function certificateBundle(
  vault: Vault,
  { certificate, version }: FoundCertificate,
  show: { readonly policy: boolean; readonly pending: boolean },
): Json {
  const { name, pending } = certificate;
  return {
    ...(version === undefined ? placeholderParts(vault, certificate) : versionParts(vault, name, version)),
    ...(show.policy ? { policy: policyBundle(vault, name, certificate.policy) } : {}),
    ...(show.pending && pending !== undefined ? { pending: { id: pendingId(vault, name) } } : {}),
  };
}

export function policyBundle(
  vault: Vault,
  name: string,
  { policy, createdAt, updatedAt }: StoredPolicy,
): Json {
  const { key_props, secret_props, x509_props, lifetime_actions, issuer } = policy.wire;
  const { key } = policy;
  return {
    id: `${vault.uri}/certificates/${name}/policy`,
    key_props: {
      exportable: key_props.exportable,
      kty: key.kty,
      ...(key.kty === "RSA" ? { key_size: key.size } : { key_size: Number(key.crv.slice(2)), crv: key.crv }),
      reuse_key: key_props.reuse_key,
    },
    secret_props,
    x509_props: { ...x509_props, basic_constraints: { ca: false } },
    lifetime_actions,
    issuer,
    attributes: { enabled: true, created: createdAt, updated: updatedAt },
  };
}

export function operationBundle(
  vault: Vault,
  name: string,
  pending: PendingCertificate,
  status: PendingCertificate["status"] = pending.status,
): Json {
  return {
    id: pendingId(vault, name),
    issuer: { name: pending.policy.wire.issuer.name },
    csr: pending.csr.toString("base64"),
    cancellation_requested: pending.cancellationRequested,
    status,
    ...(status === "inProgress" ? { status_details: statusDetails(pending) } : {}),
    ...(status === "completed" ? { target: `${vault.uri}/certificates/${name}` } : {}),
    request_id: pending.requestId,
  };
}

function statusDetails(pending: PendingCertificate): string {
  if (pending.policy.wire.issuer.name === "Unknown") {
    return "Pending certificate created. Please Perform Merge to complete the request.";
  }
  return (
    "Pending certificate created. Certificate request is in progress. This may take some time based on the " +
    "issuer provider. Please check again later."
  );
}

export function versionItem(vault: Vault, name: string, version: VaultVersion): Json {
  return {
    id: `${vault.uri}/certificates/${name}/${version.id}`,
    x5t: thumbprint(version),
    attributes: attributesOf(version),
    subject: "",
  };
}

export function deletedBundle(vault: Vault, certificate: VaultCertificate, deletedAt: number): Json {
  const found = { certificate, version: certificate.versions.at(-1) };
  return {
    recoveryId: `${vault.uri}/deletedcertificates/${certificate.name}`,
    deletedDate: deletedAt,
    scheduledPurgeDate: deletedAt + RECOVERY.recoverableDays * SECONDS_A_DAY,
    ...certificateBundle(vault, found, { policy: true, pending: false }),
  };
}

export function pendingId(vault: Vault, name: string): string {
  return `${vault.uri}/certificates/${name}/pending`;
}

function versionParts(vault: Vault, name: string, version: VaultVersion): Json {
  return {
    id: `${vault.uri}/certificates/${name}/${version.id}`,
    kid: `${vault.uri}/keys/${name}/${version.id}`,
    sid: `${vault.uri}/secrets/${name}/${version.id}`,
    x5t: thumbprint(version),
    cer: version.leaf.raw.toString("base64"),
    attributes: attributesOf(version),
  };
}

/** Never completed: disabled, and with neither certificate, nor key, nor secret. */
function placeholderParts(vault: Vault, { name, placeholder }: VaultCertificate): Json {
  const { id, notBefore, notAfter, createdAt } = placeholder;
  const times = { nbf: notBefore, exp: notAfter, created: createdAt, updated: createdAt };
  return {
    id: `${vault.uri}/certificates/${name}/${id}`,
    attributes: { enabled: false, ...times, ...RECOVERY },
  };
}

export function attributesOf({ enabled, notBefore, notAfter, createdAt, updatedAt }: VaultVersion): Json {
  return { enabled, nbf: notBefore, exp: notAfter, created: createdAt, updated: updatedAt, ...RECOVERY };
}

function thumbprint({ leaf }: VaultVersion): string {
  return Buffer.from(leaf.fingerprint.replaceAll(":", ""), "hex").toString("base64url");
}
