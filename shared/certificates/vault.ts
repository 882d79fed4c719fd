/**
 * What the hand needs of a vault, as a port: the adapters of Key Vault (azure.ts) and Secrets Manager
 * (secret-vault.ts) and the tests' model implement it. Names are the vault's object names; chains are DER, leaf first.
 *
 * Every method throws `CloudError` when the vault did not say; `null` and the literals below are facts.
 */
import type { Instant } from "../runtime/instant.ts";
import type { Identity, KeyKind, Purpose } from "./schema.ts";

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
  readonly identity: Identity;
  readonly key: KeyKind;
  readonly purpose: Purpose;
}

/** `deleted`: of a certificate that can be recovered. `taken`: by something that is no certificate. */
export type UnusableName = "deleted" | "taken";

export interface Vault {
  /** Whether `createRequest` compares; where it does not, whoever asked has to look again afterwards. */
  readonly compares: boolean;
  /** The newest version that was merged; null when there is none. */
  readCertificate(name: string): Promise<VaultCertificate | null>;
  /** The request that waits for its merge; null when none does. */
  readRequest(name: string): Promise<VaultRequest | null>;
  /** What the stored policy says otherwise than `policy`, in words; [] when nothing. */
  readPolicyFaults(name: string, policy: VaultPolicy): Promise<string[]>;
  /**
   * `current` is the version that the caller has read as the newest: a vault that can compare makes no request over
   * another one, but says that somebody else was there first.
   */
  createRequest(
    name: string,
    policy: VaultPolicy,
    current: string | null,
  ): Promise<VaultRequest | "request-pending" | UnusableName>;
  /**
   * Both are about the request of that id. A vault that keeps one request a name without saying which (Key Vault)
   * takes whatever waits now.
   */
  dropRequest(name: string, requestId: string): Promise<"dropped" | "gone">;
  merge(
    name: string,
    chain: readonly Uint8Array[],
    requestId: string,
  ): Promise<VaultCertificate | "gone" | "other-key">;
}
