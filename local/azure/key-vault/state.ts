/**
 * What a vault holds: typed, in memory, and the same for the service's clients, for tests and for a person who
 * works by hand. It changes only through the functions beside this file.
 */
import { randomUUID, type X509Certificate } from "node:crypto";
import type { VaultKey } from "./keys.ts";
import { certificateNotFound, pendingNotFound } from "./operations.ts";
import type { Policy } from "./policy.ts";
import type { VaultSecret } from "./secrets.ts";

/** Objects of a certificate that was never completed show this much of a head start before their creation. */
const PLACEHOLDER_BACKDATE_SECONDS = 600;

export interface Vault {
  readonly name: string;
  /** `https://<name>.vault.azure.net`, without a slash at the end. */
  readonly uri: string;
  readonly resourceId: string;
  readonly certificates: Map<string, VaultCertificate>;
  /** Ordinary secrets, which no certificate stands behind. */
  readonly secrets: Map<string, VaultSecret>;
}

export interface VaultCertificate {
  readonly name: string;
  policy: StoredPolicy;
  /** What is shown until the first merge: a version without a certificate. */
  readonly placeholder: Placeholder;
  /** In the order of their creation: the last one is current, disabled or not. */
  readonly versions: VaultVersion[];
  pending: PendingCertificate | undefined;
  deletedAt: number | undefined;
}

export interface StoredPolicy {
  readonly policy: Policy;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Placeholder {
  readonly id: string;
  readonly createdAt: number;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface VaultVersion {
  readonly id: string;
  readonly leaf: X509Certificate;
  /** What was merged after the leaf, in that order. */
  readonly chain: readonly X509Certificate[];
  readonly key: VaultKey;
  readonly exportable: boolean;
  readonly contentType: Policy["wire"]["secret_props"]["contentType"];
  readonly notBefore: number;
  readonly notAfter: number;
  readonly createdAt: number;
  updatedAt: number;
  enabled: boolean;
}

export interface PendingCertificate {
  readonly requestId: string;
  /** DER. */
  readonly csr: Buffer;
  readonly key: VaultKey;
  readonly policy: Policy;
  status: "inProgress" | "completed" | "canceled" | "failed";
  cancellationRequested: boolean;
  /** For issuer "Self": what completes it by itself, at the next look. */
  readonly selfSigned: X509Certificate | undefined;
}

export function createVault(options: {
  readonly name: string;
  readonly uri: string;
  readonly resourceId: string;
}): Vault {
  const uri = options.uri.replace(/\/$/, "");
  return { ...options, uri, certificates: new Map(), secrets: new Map() };
}

/** Seconds, as everything on the wire. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Versions and requests are named by 32 hexadecimal digits. */
export function newId(): string {
  return randomUUID().replaceAll("-", "");
}

export function newCertificate(name: string, stored: StoredPolicy): VaultCertificate {
  const notBefore = stored.createdAt - PLACEHOLDER_BACKDATE_SECONDS;
  const end = new Date(stored.createdAt * 1000);
  end.setMonth(end.getMonth() + stored.policy.wire.x509_props.validity_months);
  const notAfter = Math.floor(end.getTime() / 1000);
  return {
    name,
    policy: stored,
    placeholder: { id: newId(), createdAt: stored.createdAt, notBefore, notAfter },
    versions: [],
    pending: undefined,
    deletedAt: undefined,
  };
}

/** Throws for a name that does not exist or was deleted. */
export function requireCertificate(vault: Vault, name: string): VaultCertificate {
  const certificate = vault.certificates.get(name);
  if (certificate === undefined || certificate.deletedAt !== undefined) throw certificateNotFound(name);
  return certificate;
}

export function requirePending(
  vault: Vault,
  name: string,
  requestId?: string,
): { certificate: VaultCertificate; pending: PendingCertificate } {
  const certificate = vault.certificates.get(name);
  const pending = certificate?.deletedAt === undefined ? certificate?.pending : undefined;
  // A request id in the query works as a filter: another one than the pending request's finds nothing.
  const filtered = requestId !== undefined && pending?.requestId !== requestId;
  if (certificate === undefined || pending === undefined || filtered) throw pendingNotFound(name);
  return { certificate, pending };
}
