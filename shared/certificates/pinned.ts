/**
 * The CAs that a hand trusts: those that its deployment named, and no others, whatever it is told later. A certificate
 * is merged with one of their chains, and what is current is told apart by which of them has issued it.
 */
import { createHash } from "node:crypto";
import { ConfigError, ContractError } from "../runtime/errors.ts";
import { isIssuedBy } from "./chain.ts";
import { pemToDer } from "./pem.ts";
import type { CertificateVersion } from "./schema.ts";

export interface PinnedCa {
  /** The SHA-256 of the issuing CA's own certificate (DER), lower-case hexadecimal. */
  readonly id: string;
  /** The issuing CA's certificate first, then its parents up to the root; DER. */
  readonly chain: readonly [Uint8Array, ...Uint8Array[]];
}

/** `pems`: one certificate each, the issuing CA first. Throws `ConfigError` when they are no chain. */
export function pinCa(pems: readonly string[]): PinnedCa {
  const [issuing, ...parents] = pems.map(toDer);
  if (issuing === undefined) throw new ConfigError("a pinned CA has no certificate: deploy again");
  return {
    id: createHash("sha256").update(issuing).digest("hex"),
    chain: [issuing, ...parents],
  };
}

function toDer(pem: string): Uint8Array {
  try {
    return pemToDer(pem);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new ConfigError(`a pinned CA is no certificate: ${error.message}`);
  }
}

/** By its signature, whatever the leaf says of itself. */
export function issuerOf(leaf: Uint8Array, pinned: readonly PinnedCa[]): CertificateVersion["issuer"] {
  return pinned.find(({ chain: [issuing] }) => isIssuedBy(leaf, issuing))?.id ?? "other";
}
