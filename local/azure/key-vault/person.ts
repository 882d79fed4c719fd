/**
 * What a person with rights in the portal does to a vault: the same state functions as the service's own
 * operations, without a caller, a token or a throttle.
 */
import { X509Certificate } from "node:crypto";
import { createCertificate } from "./create-certificate.ts";
import { generateKey } from "./keys.ts";
import { addVersion } from "./merge-certificate.ts";
import { parsePolicy } from "./policy.ts";
import { addSecretVersion } from "./secrets.ts";
import {
  newCertificate,
  newId,
  nowSeconds,
  type PendingCertificate,
  requireCertificate,
  type Vault,
} from "./state.ts";

/** Starts a request by hand; throws what the portal would show, such as a request that is already pending. */
export async function requestByHand(
  vault: Vault,
  name: string,
  wanted: {
    readonly subject: string;
    readonly dnsNames?: readonly string[];
    /** "Self" completes by itself at the next look; "Unknown", the default, waits for a merge. */
    readonly issuer?: string;
    readonly exportable?: boolean;
  },
): Promise<PendingCertificate> {
  const sans = wanted.dnsNames === undefined ? {} : { dns_names: [...wanted.dnsNames] };
  return await requestWithPolicy(vault, name, {
    key_props: { kty: "EC", crv: "P-256", exportable: wanted.exportable ?? true },
    secret_props: { contentType: "application/x-pem-file" },
    x509_props: { subject: wanted.subject, sans },
    issuer: { name: wanted.issuer ?? "Unknown" },
  });
}

/** The same with a policy in the vault's own form. */
export async function requestWithPolicy(
  vault: Vault,
  name: string,
  policy: unknown,
): Promise<PendingCertificate> {
  const { pending } = await createCertificate(vault, name, parsePolicy(policy));
  return pending;
}

/** Back with all its versions, as `az keyvault certificate recover` does. */
export function recoverByHand(vault: Vault, name: string): void {
  const certificate = vault.certificates.get(name);
  if (certificate?.deletedAt === undefined)
    throw new Error(`there is no certificate ${name} to be recovered`);
  certificate.deletedAt = undefined;
}

/** Replaces the stored policy, in the vault's own form; what waits goes on waiting. */
export function changePolicyByHand(vault: Vault, name: string, policy: unknown): void {
  const certificate = requireCertificate(vault, name);
  certificate.policy = { ...certificate.policy, policy: parsePolicy(policy), updatedAt: nowSeconds() };
}

/** A certificate and key from elsewhere become the current version. */
export async function importByHand(vault: Vault, name: string, leaf: Uint8Array): Promise<void> {
  const policy = parsePolicy({ x509_props: { subject: "CN=imported" }, issuer: { name: "Unknown" } });
  const now = nowSeconds();
  const certificate =
    vault.certificates.get(name) ?? newCertificate(name, { policy, createdAt: now, updatedAt: now });
  // The key is not looked at by anybody here: a version only has to have one.
  const key = await generateKey({ kty: "EC", crv: "P-256" });
  const imported = { requestId: newId(), csr: Buffer.alloc(0), key, policy };
  const request = {
    ...imported,
    status: "inProgress" as const,
    cancellationRequested: false,
    selfSigned: undefined,
  };
  addVersion(certificate, request, [new X509Certificate(leaf)]);
  vault.certificates.set(name, certificate);
}

/** An ordinary secret; its name can no longer be a certificate's. */
export function storeSecretByHand(vault: Vault, name: string, value: string): void {
  addSecretVersion(vault, name, { value, tags: undefined, contentType: undefined, enabled: true });
}
