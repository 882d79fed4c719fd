/** The pending request: reading, asking for its cancellation, dropping it. */

import { addVersion } from "./merge-certificate.ts";
import { badParameter } from "./operations.ts";
import { type PendingCertificate, requirePending, type Vault, type VaultCertificate } from "./state.ts";

interface Found {
  readonly certificate: VaultCertificate;
  readonly pending: PendingCertificate;
}

/** Completes what needs nobody: an issuer "Self" signs by itself some seconds after the creation. */
export function settle(vault: Vault, name: string): void {
  const certificate = vault.certificates.get(name);
  const pending = certificate?.pending;
  if (certificate === undefined || pending?.selfSigned === undefined || pending.status !== "inProgress")
    return;
  addVersion(certificate, pending, [pending.selfSigned]);
}

export function readPending(vault: Vault, name: string, requestId?: string): Found {
  return requirePending(vault, name, requestId);
}

/**
 * A cancellation "can only be requested. A request may or may not be canceled": whether it is, is the caller's
 * to say. The answer still shows the status from before, as a recorded one does.
 */
export function cancelPending(
  vault: Vault,
  name: string,
  options: { readonly heeded: boolean; readonly requestId?: string | undefined },
): Found & { readonly statusBefore: PendingCertificate["status"] } {
  const found = requirePending(vault, name, options.requestId);
  const statusBefore = found.pending.status;
  if (statusBefore !== "inProgress") {
    throw badParameter(`The pending certificate of ${name} is ${statusBefore} and cannot be canceled.`);
  }
  found.pending.cancellationRequested = true;
  if (options.heeded) found.pending.status = "canceled";
  return { ...found, statusBefore };
}

/** A certificate that was never completed stays, without a pending request. */
export function deletePending(vault: Vault, name: string, requestId?: string): Found {
  const found = requirePending(vault, name, requestId);
  found.certificate.pending = undefined;
  return found;
}
