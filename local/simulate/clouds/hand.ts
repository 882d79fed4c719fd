/**
 * The hand for certificates: the product's own verbs over the model's vault, in a run of their own that may be killed
 * within a verb. What crosses the wire is parsed as the contract says, in both directions; the wire itself, tokens and
 * authorisation are not here.
 */
import type { HandOf } from "../../../shared/azure-api/client.ts";
import { type EndpointOf, endpoints, type Refused } from "../../../shared/azure-api/contract.ts";
import { type CertificateHand, localHand } from "../../../shared/certificates/hand.ts";
import { CloudError } from "../../../shared/runtime/errors.ts";
import type { CallName } from "../../model/calls.ts";
import type { SimulatedCalls } from "../calls.ts";
import { type Run, RunEnded, within } from "../runs.ts";

type Asked = EndpointOf<"certificates">;
type CertificatesHand = HandOf<Asked>;

const CALLS: Readonly<Record<Asked, CallName>> = {
  "certificates.observe": "hand.observe",
  "certificates.request": "hand.request",
  "certificates.drop-request": "hand.drop-request",
  "certificates.merge": "hand.merge",
};

export const OTHER_LINK: Refused = {
  outcome: "refused",
  reason: "other-link",
  detail: "the halves were built from different links: deploy both from the same commit",
};

export interface HandRuns {
  readonly calls: SimulatedCalls;
  readonly newRun: () => Run;
  /** Until a caller gives up. */
  readonly timeOut: () => Promise<void>;
}

export interface SimulatedHandOptions extends HandRuns {
  readonly hand: CertificateHand;
  readonly areApart: () => boolean;
}

export function simulatedHand(options: SimulatedHandOptions): CertificatesHand {
  const { calls, hand, areApart } = options;
  const local = localHand(hand);
  return (endpoint, body, note) =>
    calls.perform(CALLS[endpoint], targetOf(body), async () => {
      if (areApart()) return OTHER_LINK;
      const asked: unknown = endpoints[endpoint].body.parse(body);
      if (!isAs(asked, body)) throw new Error(`${endpoint} was asked in another way than the contract says`);
      const outcome = await inHand(options, endpoint, () => local(endpoint, body, note));
      endpoints[endpoint].outcome.parse(outcome);
      return outcome;
    });
}

/** A verb in a run of the hand's own: the caller of one that dies waits, and never knows. */
export async function inHand<T>(
  { newRun, timeOut }: HandRuns,
  operation: string,
  verb: () => Promise<T>,
): Promise<T> {
  const problem = { provider: "azure" as const, operation, target: "hand" };
  try {
    return await within(newRun(), verb);
  } catch (error) {
    if (error instanceof CloudError) {
      const { code, retryable, throttled } = error;
      throw new CloudError({ ...problem, operation: error.operation, code, retryable, throttled });
    }
    if (!(error instanceof RunEnded)) throw error;
    await timeOut();
    throw new CloudError({ ...problem, code: "unreachable", retryable: true });
  }
}

const isAs = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const targetOf = (body: { readonly name?: string; readonly names?: readonly string[] }): string =>
  body.name ?? body.names?.join() ?? "";
