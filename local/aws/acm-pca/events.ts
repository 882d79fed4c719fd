/**
 * What Private CA tells on the default bus: neither a reason nor a subject, only which certificate of which CA.
 * https://docs.aws.amazon.com/privateca/latest/userguide/CloudWatchEvents.html
 */
import type { ServiceEvent } from "../event-bridge/event.ts";

const source = "aws.acm-pca";

export function issuanceSucceeded(authorityArn: string, certificateArn: string): ServiceEvent {
  return {
    source,
    detailType: "ACM Private CA Certificate Issuance",
    resources: [authorityArn, certificateArn],
    detail: { result: "success" },
  };
}

/** A call that was refused has no certificate to name. */
export function issuanceFailed(authorityArn: string): ServiceEvent {
  return {
    source,
    detailType: "ACM Private CA Certificate Issuance",
    resources: [authorityArn],
    detail: { result: "failure" },
  };
}

/** There is none for a revocation that failed or was repeated. */
export function revocationSucceeded(authorityArn: string, certificateArn: string): ServiceEvent {
  return {
    source,
    detailType: "ACM Private CA Certificate Revocation",
    resources: [authorityArn, certificateArn],
    detail: { result: "success" },
  };
}
