/**
 * The AWS Private CA adapter.
 *
 * Shapes and errors: https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
 */
import {
  type ACMPCAClient,
  DescribeCertificateAuthorityCommand,
  GetCertificateCommand,
  type GetCertificateCommandOutput,
  IssueCertificateCommand,
} from "@aws-sdk/client-acm-pca";
import { cloudError } from "../runtime/aws.ts";
import { CloudError, ContractError } from "../runtime/errors.ts";
import { type Authority, CLIENT_TEMPLATE } from "./authority.ts";
import { splitPem } from "./pem.ts";
import { ObservedCa } from "./schema.ts";

export function privateCa(client: ACMPCAClient, arn: string): Authority {
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
    async issue(request) {
      const command = new IssueCertificateCommand({
        CertificateAuthorityArn: arn,
        Csr: Buffer.from(request.csr),
        SigningAlgorithm: request.signingAlgorithm,
        TemplateArn: CLIENT_TEMPLATE,
        Validity: { Type: "ABSOLUTE", Value: request.notAfter },
        IdempotencyToken: request.idempotencyToken,
      });
      const { CertificateArn } = await attempt("IssueCertificate", arn, () => client.send(command));
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
  };
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
