/** What the brain needs of AWS Private CA, as a port: the adapter is in aws-authority.ts. */
import type { NoteRequestIds } from "../journal/change.ts";
import type { Instant } from "../runtime/instant.ts";
import type { RevocationReason } from "./revocation-order.ts";
import type { ObservedCa, Purpose, Serial } from "./schema.ts";

/**
 * Always named: the default template would make every certificate good for clients and servers alike, and each
 * role's policy allows one of these only.
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
 */
export const TEMPLATE_OF: Readonly<Record<Purpose, string>> = {
  client: "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1",
  server: "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1",
};

export interface SigningRequest {
  /** PEM. */
  readonly csr: string;
  readonly idempotencyToken: string;
  readonly notAfter: Instant;
  readonly signingAlgorithm: ObservedCa["signingAlgorithm"];
}

export type Revoked =
  | { readonly outcome: "revoked" }
  /** The CA knows no such certificate, however often it is asked; `code` is its error code. */
  | { readonly outcome: "refused"; readonly code: string };

export interface Authority {
  /** The CA's ARN: part of every idempotency token. */
  readonly arn: string;
  /** Of the link's other CAs, if it has any: what they have issued is read and revoked through this one too. */
  readonly others?: readonly string[];
  observe(): Promise<ObservedCa>;
  /** Has a certificate of the authority's one purpose signed and returns its ARN. Throws `CloudError`: then it may or may not be. */
  issue(request: SigningRequest, note?: NoteRequestIds): Promise<string>;
  /**
   * The chain in PEM, leaf first, up to the root; "signing" while the CA is still at it, "failed" when it has
   * given up on this certificate for good.
   */
  read(certificateArn: string): Promise<readonly string[] | "signing" | "failed">;
  /**
   * Has the CA revoke a certificate; one that it revoked before is revoked. Throws `CloudError`: then it may or may
   * not be, and the call can be repeated. `certificateArn`, where it is known, says which of several CAs has issued it.
   */
  revoke(
    serial: Serial,
    reason: RevocationReason,
    note?: NoteRequestIds,
    certificateArn?: string,
  ): Promise<Revoked>;
}

/** The ARNs of all CAs of the link. */
export const caArnsOf = ({ arn, others = [] }: Pick<Authority, "arn" | "others">): readonly string[] => [
  arn,
  ...others,
];
