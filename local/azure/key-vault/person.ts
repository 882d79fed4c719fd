/**
 * What a person with rights in the portal does to a vault: the same state functions as the service's own
 * operations, without a caller, a token or a throttle.
 */
import { createCertificate } from "./create-certificate.ts";
import { parsePolicy } from "./policy.ts";
import type { PendingCertificate, Vault } from "./state.ts";

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
  const policy = parsePolicy({
    key_props: { kty: "EC", crv: "P-256", exportable: wanted.exportable ?? true },
    secret_props: { contentType: "application/x-pem-file" },
    x509_props: { subject: wanted.subject, sans },
    issuer: { name: wanted.issuer ?? "Unknown" },
  });
  const { pending } = await createCertificate(vault, name, policy);
  return pending;
}

/** An ordinary secret; its name can no longer be a certificate's. */
export function storeSecretByHand(vault: Vault, name: string, value: string): void {
  vault.secrets.set(name, value);
}
