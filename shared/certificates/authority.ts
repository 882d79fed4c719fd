/** What the brain needs of AWS Private CA, as a port: the adapter is in aws-authority.ts. */
import type { Instant } from "../runtime/instant.ts";
import type { ObservedCa } from "./schema.ts";

/**
 * Always named: the default template would make every certificate good for servers too, and the role's policy
 * allows this one only.
 */
export const CLIENT_TEMPLATE = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1";

export interface SigningRequest {
  /** PEM. */
  readonly csr: string;
  readonly idempotencyToken: string;
  readonly notAfter: Instant;
  readonly signingAlgorithm: ObservedCa["signingAlgorithm"];
}

export interface Authority {
  /** The CA's ARN: part of every idempotency token. */
  readonly arn: string;
  observe(): Promise<ObservedCa>;
  /** Has a TLS client's certificate signed and returns its ARN. Throws `CloudError`: then it may or may not be. */
  issue(request: SigningRequest): Promise<string>;
  /**
   * The chain in PEM, leaf first, up to the root; "signing" while the CA is still at it, "failed" when it has
   * given up on this certificate for good.
   */
  read(certificateArn: string): Promise<readonly string[] | "signing" | "failed">;
}
