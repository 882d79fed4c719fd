/**
 * What a caller says of itself with each request: its replica's name, and the trust bundle that it has loaded. relay
 * logs it, so it is bounded and checked: what is not in the form is left out, and refuses nobody.
 */
import type { IncomingHttpHeaders } from "node:http";
import * as z from "zod";
import { readVersion } from "../../shared/trust/schema.ts";
import { REPLICA_HEADER, TRUST_BUNDLE_HEADER } from "../trust/headers.ts";

/** A pod's name (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names), and no longer than most are. */
const Replica = z.string().regex(/^[a-z0-9](?:[-a-z0-9.]{0,126}[a-z0-9])?$/);
const BundleVersion = z.string().refine((version) => readVersion(version) !== null);

export const CallerWords = z.object({
  clientReplica: Replica.optional(),
  clientTrustBundleVersion: BundleVersion.optional(),
});
export type CallerWords = z.infer<typeof CallerWords>;

export function readCallerWords(headers: IncomingHttpHeaders): CallerWords {
  const replica = Replica.safeParse(headers[REPLICA_HEADER]);
  const version = BundleVersion.safeParse(headers[TRUST_BUNDLE_HEADER]);
  return {
    ...(replica.success ? { clientReplica: replica.data } : {}),
    ...(version.success ? { clientTrustBundleVersion: version.data } : {}),
  };
}
