/** What the hand's tests begin with: a request that waits, and one that was merged, through the hand's own verbs. */
import { mergeCertificate, requestCertificate } from "../../shared/certificates/hand.ts";
import { csrToPem } from "../../shared/certificates/pem.ts";
import { type Model, START } from "./brain.ts";

const WEEK = 604_800;

/** A request that waits, and the chain that our CA gives for it. */
export async function requested({ hand, authority }: Model, name: string) {
  const answer = await requestCertificate(hand, { name, expectedVersion: null });
  if (answer.outcome !== "requested") throw new Error(`the request was ${answer.outcome}`);
  const { requestId, csr } = answer.pending;
  const arn = await authority.issue({
    csr: csrToPem(Buffer.from(csr, "base64")),
    idempotencyToken: requestId,
    notAfter: START + WEEK,
    signingAlgorithm: "SHA256WITHECDSA",
  });
  const chain = await authority.read(arn);
  if (chain === "signing" || chain === "failed") throw new Error(`the CA was ${chain}`);
  return { requestId, csr: Buffer.from(csr, "base64"), chain: [...chain] };
}

export async function merged(model: Model, name: string) {
  const { requestId, chain } = await requested(model, name);
  const answer = await mergeCertificate(model.hand, { name, requestId, chain });
  if (answer.outcome !== "merged") throw new Error(`the merge was ${answer.outcome}`);
  return answer.current;
}
