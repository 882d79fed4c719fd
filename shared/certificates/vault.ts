/**
 * What the hand needs of a key vault, as a port: the Key Vault adapter (azure.ts) and the tests' model both
 * implement it. Names are the vault's object names; chains are DER, leaf first.
 *
 * Every method throws `CloudError` when the vault did not say; `null` and the literals below are facts.
 */
import type { Instant } from "../runtime/instant.ts";
import type { KeyKind } from "./schema.ts";

export interface VaultCertificate {
  readonly version: string;
  readonly enabled: boolean;
  readonly createdAt: Instant;
  /** The leaf's DER. */
  readonly leaf: Uint8Array;
}

export interface VaultRequest {
  readonly requestId: string;
  /** The CSR's DER. */
  readonly csr: Uint8Array;
}

/** The part of a certificate policy that the link decides, in the link's words. */
export interface VaultPolicy {
  readonly subject: string;
  readonly dnsNames: readonly string[];
  readonly key: KeyKind;
}

export interface Vault {
  /** The newest version that was merged; null when there is none. */
  readCertificate(name: string): Promise<VaultCertificate | null>;
  /** The request that waits for its merge; null when none does. */
  readRequest(name: string): Promise<VaultRequest | null>;
  /** What the stored policy says otherwise than `policy`, in words; [] when nothing. */
  readPolicyFaults(name: string, policy: VaultPolicy): Promise<string[]>;
  createRequest(name: string, policy: VaultPolicy): Promise<VaultRequest | "request-pending">;
  dropRequest(name: string): Promise<"dropped" | "gone">;
  merge(name: string, chain: readonly Uint8Array[]): Promise<VaultCertificate | "gone" | "other-key">;
}
