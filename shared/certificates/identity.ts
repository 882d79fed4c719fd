/** A subject in Key Vault's form. */
import type { Identity } from "./schema.ts";

/** The link allows no character in a name that would need quoting. */
export function subjectOf(identity: Identity): string {
  return identity.organization === undefined
    ? `CN=${identity.commonName}`
    : `CN=${identity.commonName}, O=${identity.organization}`;
}
