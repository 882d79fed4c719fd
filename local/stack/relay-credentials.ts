/**
 * What relay's own people do in this world: have a certificate signed by the same private CA, with their role and
 * the official client. The key pair is made here and stays in this process; only the CSR travels.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  ACMPCAClient,
  GetCertificateAuthorityCertificateCommand,
  GetCertificateCommand,
  IssueCertificateCommand,
} from "@aws-sdk/client-acm-pca";
import { makeCsr } from "../testing/certificates.ts";
import type { LocalAws } from "./aws.ts";

export interface Credential {
  readonly privateKeyPem: string;
  readonly chainPem: string;
}

const DAY_SECONDS = 86_400;
const READS_MAX = 50;

export interface RelayCredentials {
  /** A certificate for a TLS server or client of this name; it lives for a day unless another time is given. */
  issue(purpose: "Server" | "Client", dnsName: string, lifetimeSeconds?: number): Promise<Credential>;
  /** PEM of the CA's own certificate: relay's trust bundle. */
  trustBundle(): Promise<string>;
}

export function relayCredentials(aws: LocalAws, region: string): RelayCredentials {
  const { credentials } = aws.identities.issue({ roleArn: aws.peopleRoleArn });
  const client = new ACMPCAClient({ region, endpoint: aws.server.url, credentials, maxAttempts: 5 });
  const CertificateAuthorityArn = aws.authority.arn;
  return {
    async issue(purpose, dnsName, lifetimeSeconds = DAY_SECONDS) {
      const csr = await makeCsr({ commonName: dnsName, dnsNames: [dnsName] });
      const { CertificateArn } = await client.send(
        new IssueCertificateCommand({
          CertificateAuthorityArn,
          Csr: Buffer.from(csr.pem),
          SigningAlgorithm: aws.authority.signingAlgorithm,
          TemplateArn: `arn:aws:acm-pca:::template/EndEntity${purpose}AuthCertificate/V1`,
          Validity: { Type: "ABSOLUTE", Value: Math.ceil(Date.now() / 1000) + lifetimeSeconds },
        }),
      );
      return {
        privateKeyPem: csr.privateKeyPem,
        chainPem: await read(client, { CertificateAuthorityArn, CertificateArn }),
      };
    },
    async trustBundle() {
      const { Certificate } = await client.send(
        new GetCertificateAuthorityCertificateCommand({ CertificateAuthorityArn }),
      );
      if (Certificate === undefined) throw new Error("the CA has no certificate");
      return Certificate;
    },
  };
}

async function read(
  client: ACMPCAClient,
  input: { CertificateAuthorityArn: string; CertificateArn: string | undefined },
) {
  for (let reads = 0; reads < READS_MAX; reads += 1) {
    try {
      const { Certificate } = await client.send(new GetCertificateCommand(input));
      if (Certificate !== undefined) return Certificate;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "RequestInProgressException") throw error;
    }
    await pause(50);
  }
  throw new Error("the CA did not sign relay's certificate");
}
