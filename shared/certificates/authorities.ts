/** The CAs of a link as one: what each has issued is read and revoked at that one; the first issues. */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { type Authority, caArnsOf, type Revoked } from "./authority.ts";
import { readCertificateArn } from "./serial.ts";

export function togetherAs(first: Authority, others: readonly Authority[]): Authority {
  if (others.length === 0) return first;
  const all = [first, ...others] as const;
  const issuerOf = (certificateArn: string): Authority | undefined => {
    const { caArn } = readCertificateArn(certificateArn);
    return all.find(({ arn }) => arn === caArn);
  };
  return {
    ...first,
    others: others.flatMap((one) => caArnsOf(one)),
    read: (certificateArn) => (issuerOf(certificateArn) ?? first).read(certificateArn),
    revoke: async (serial, reason, note, certificateArn) => {
      const issuer = certificateArn === undefined ? undefined : issuerOf(certificateArn);
      if (issuer !== undefined) return await issuer.revoke(serial, reason, note, certificateArn);
      return await revokeAtAny(all, (one) => one.revoke(serial, reason, note));
    },
  };
}

/**
 * Nothing but the CA itself tells which one has issued it, so that each is asked; one that cannot answer keeps none of
 * the others from being asked. Throws its `CloudError` when none of them has revoked it: it may be that one's.
 */
async function revokeAtAny(
  [first, ...others]: readonly [Authority, ...Authority[]],
  ask: (one: Authority) => Promise<Revoked>,
): Promise<Revoked> {
  let answer: Revoked | CloudError = await orCloudError(() => ask(first));
  for (const other of others) {
    if (!(answer instanceof CloudError) && answer.outcome === "revoked") return answer;
    answer = weightier(answer, await orCloudError(() => ask(other)));
  }
  if (answer instanceof CloudError) throw answer;
  return answer;
}

/** Of two answers the one that the order is to be judged by; a throttle is waited out, and all are asked once more. */
function weightier(one: Revoked | CloudError, other: Revoked | CloudError): Revoked | CloudError {
  if (!(other instanceof CloudError)) return other.outcome === "revoked" ? other : one;
  return one instanceof CloudError && (one.throttled || !other.throttled) ? one : other;
}
