/**
 * The AWS Private CA adapter.
 *
 * Shapes and errors: https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
 */
import {
  type ACMPCAClient,
  ACMPCAServiceException,
  DescribeCertificateAuthorityCommand,
  GetCertificateCommand,
  type GetCertificateCommandOutput,
  IssueCertificateCommand,
  RevokeCertificateCommand,
} from "@aws-sdk/client-acm-pca";
import type { NoteRequestIds } from "../journal/change.ts";
import { cloudError } from "../runtime/aws.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import { type Authority, type Revoked, TEMPLATE_OF } from "./authority.ts";
import { splitPem } from "./pem.ts";
import type { RevocationReason } from "./revocation-order.ts";
import { ObservedCa, type Purpose, type Serial } from "./schema.ts";
import { serialWithColons } from "./serial.ts";

/** Signs for one purpose, as the role that it runs as may. */
export function privateCa(client: ACMPCAClient, arn: string, purpose: Purpose): Authority {
  return {
    arn,
    async observe() {
      const { CertificateAuthority: ca } = await attempt("DescribeCertificateAuthority", arn, () =>
        client.send(new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn })),
      );
      const parsed = ObservedCa.safeParse({
        active: ca?.Status === "ACTIVE",
        notAfter: ca?.NotAfter === undefined ? undefined : Math.floor(ca.NotAfter.getTime() / 1000),
        // An absent mode is the older, general one: a lifetime it allows is refused by the CA itself if not.
        shortLived: ca?.UsageMode === "SHORT_LIVED_CERTIFICATE",
        signingAlgorithm: ca?.CertificateAuthorityConfiguration?.SigningAlgorithm,
      });
      if (parsed.success) return parsed.data;
      // A CA that was never activated has no end: that is an answer, and an operator must act on it.
      const code =
        ca?.Status === undefined ? "unreadable-answer" : `ca-${ca.Status.toLowerCase().replaceAll("_", "-")}`;
      throw unexpected("DescribeCertificateAuthority", arn, code, false);
    },
    async issue(request, note) {
      const command = new IssueCertificateCommand({
        CertificateAuthorityArn: arn,
        Csr: Buffer.from(request.csr),
        SigningAlgorithm: request.signingAlgorithm,
        TemplateArn: TEMPLATE_OF[purpose],
        Validity: { Type: "ABSOLUTE", Value: request.notAfter },
        IdempotencyToken: request.idempotencyToken,
      });
      const { CertificateArn, $metadata } = await sendOnce(client, command, arn);
      if ($metadata.requestId !== undefined) note?.({ "acm-pca": $metadata.requestId });
      if (CertificateArn !== undefined) return CertificateArn;
      throw unexpected("IssueCertificate", arn, "unreadable-answer", true);
    },
    async read(certificateArn) {
      const command = new GetCertificateCommand({
        CertificateAuthorityArn: arn,
        CertificateArn: certificateArn,
      });
      let answer: GetCertificateCommandOutput;
      try {
        answer = await client.send(command);
      } catch (error) {
        const name = error instanceof Error ? error.name : undefined;
        if (name === "RequestInProgressException") return "signing";
        if (name === "RequestFailedException") return "failed";
        throw cloudError("GetCertificate", certificateArn, error);
      }
      return toChain(answer, certificateArn);
    },
    revoke: (serial, reason, note) => revoke(client, arn, { serial, reason, note }),
  };
}

/**
 * Called throttled is only a signature of which every attempt was: an earlier one that had no answer may have been
 * carried out, and the SDK tells of the last one alone.
 */
async function sendOnce(client: ACMPCAClient, command: IssueCertificateCommand, arn: string) {
  const failures: CloudError[] = [];
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        failures.push(cloudError("IssueCertificate", arn, error));
        throw error;
      }
    },
    // Within the SDK's own retries, so that it sees each attempt.
    { step: "finalizeRequest", priority: "low", name: "watchAttempts" },
  );
  try {
    return await client.send(command);
  } catch (error) {
    const failure = cloudError("IssueCertificate", arn, error);
    const throttled = failure.throttled && failures.every((attempted) => attempted.throttled);
    throw new CloudError({ ...failure, throttled, cause: error });
  }
}

/**
 * It knows no such certificate. Everything else can be mended, among it what `InvalidRequestException` usually says:
 * that it may not write its list of revoked certificates to its bucket.
 * https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevokeCertificate.html
 */
const NEVER_REVOKED = "ResourceNotFoundException";
/** It is busy with the same certificate, or with another one. */
const BUSY = ["ConcurrentModificationException", "RequestInProgressException"];

interface Revocation {
  readonly serial: Serial;
  readonly reason: RevocationReason;
  readonly note: NoteRequestIds | undefined;
}

async function revoke(
  client: ACMPCAClient,
  arn: string,
  { serial, reason, note }: Revocation,
): Promise<Revoked> {
  const CertificateSerial = serialWithColons(serial);
  const command = new RevokeCertificateCommand({
    CertificateAuthorityArn: arn,
    CertificateSerial,
    RevocationReason: reason,
  });
  const noteOf = ({ $metadata }: Pick<ACMPCAServiceException, "$metadata">) => {
    if ($metadata.requestId !== undefined) note?.({ "acm-pca": $metadata.requestId });
  };
  try {
    noteOf(await client.send(command));
    return { outcome: "revoked" };
  } catch (error) {
    // A refusal is an answer too.
    if (error instanceof ACMPCAServiceException) noteOf(error);
    const name = error instanceof Error ? error.name : "";
    if (name === "RequestAlreadyProcessedException") return { outcome: "revoked" };
    if (name === NEVER_REVOKED) return { outcome: "refused", code: name };
    if (BUSY.includes(name)) throw unexpected("RevokeCertificate", serial, name, true);
    throw cloudError("RevokeCertificate", serial, error);
  }
}

/** Leaf first. The CA's own certificate is always part of the answer, a root's too. */
function toChain({ Certificate, CertificateChain }: GetCertificateCommandOutput, target: string): string[] {
  const leaves = splitOrNull(Certificate);
  const issuers = splitOrNull(CertificateChain);
  if (leaves?.length !== 1 || issuers === null || issuers.length === 0)
    throw unexpected("GetCertificate", target, "unreadable-answer", true);
  return [...leaves, ...issuers];
}

function splitOrNull(bundle: string | undefined): string[] | null {
  try {
    return bundle === undefined ? null : splitPem(bundle);
  } catch (error) {
    if (error instanceof ContractError) return null;
    throw error;
  }
}

function unexpected(operation: string, target: string, code: string, retryable: boolean): CloudError {
  return new CloudError({ provider: "aws", operation, target, code, retryable });
}

async function attempt<T>(operation: string, target: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw cloudError(operation, target, error);
  }
}
