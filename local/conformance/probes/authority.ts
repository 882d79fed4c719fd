/** AWS Private CA: what comes out of a CSR, what is refused, and what a revocation answers. */
import { X509Certificate } from "node:crypto";
import * as z from "zod";
import { makeCsr } from "../../testing/certificates.ts";
import { bytes } from "../call.ts";
import { ACCOUNT, REGION } from "../places.ts";
import { type Ground, type Probe, refusalOf } from "../probe.ts";

const nowhere = `arn:aws:acm-pca:${REGION}:${ACCOUNT}:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666`;
const clientAuth = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1";
const serverAuth = "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1";
const dayMs = 86_400_000;

const Arn = z.object({ CertificateArn: z.string() });
const Got = z.object({ Certificate: z.string(), CertificateChain: z.string().optional() });
const Authority = z.object({
  CertificateAuthority: z.object({
    Type: z.string(),
    Status: z.string(),
    UsageMode: z.string(),
    CertificateAuthorityConfiguration: z.object({ KeyAlgorithm: z.string(), SigningAlgorithm: z.string() }),
  }),
});

async function issue(
  { call }: Ground,
  CertificateAuthorityArn: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const csr = await makeCsr({ commonName: "bunny", dnsNames: ["bunny.link.example"] });
  const answer = await call("acm-pca", "IssueCertificate", {
    CertificateAuthorityArn,
    Csr: bytes(csr.pem),
    SigningAlgorithm: "SHA256WITHECDSA",
    TemplateArn: clientAuth,
    Validity: { Type: "DAYS", Value: 7 },
    ...more,
  });
  return Arn.parse(answer).CertificateArn;
}

const refusedIssue =
  (more: Readonly<Record<string, unknown>>) =>
  async (ground: Ground): Promise<unknown> =>
    await issue(ground, await ground.authority(), more);

async function issued(ground: Ground, more: Readonly<Record<string, unknown>> = {}) {
  const authority = await ground.authority();
  const CertificateArn = await issue(ground, authority, more);
  const ask = { CertificateAuthorityArn: authority, CertificateArn };
  const { Certificate, CertificateChain } = Got.parse(await ground.call("acm-pca", "GetCertificate", ask));
  return { authority, CertificateArn, leaf: new X509Certificate(Certificate), chain: CertificateChain };
}

/** What of a certificate the service decides. */
function told(leaf: X509Certificate) {
  const lifeMs = Date.parse(leaf.validTo) - Date.now();
  return {
    subject: leaf.subject,
    alternativeNames: leaf.subjectAltName,
    extendedUsages: leaf.keyUsage,
    ca: leaf.ca,
    endsInDays: Math.round(lifeMs / dayMs),
    beginsBeforeNowMinutes: Math.round((Date.now() - Date.parse(leaf.validFrom)) / 60_000),
  };
}

const revoke = ({ call }: Ground, CertificateAuthorityArn: string, CertificateSerial: string) =>
  call("acm-pca", "RevokeCertificate", {
    CertificateAuthorityArn,
    CertificateSerial,
    RevocationReason: "KEY_COMPROMISE",
  });
/** In hexadecimal with colons, as the service's documents show it. */
const serialOf = (leaf: X509Certificate) => leaf.serialNumber.toLowerCase().match(/../g)?.join(":") ?? "";

export const authorityProbes: readonly Probe[] = [
  {
    operation: "acm-pca:DescribeCertificateAuthority",
    cases: [
      {
        name: "an active root",
        main: true,
        run: async ({ call, authority }) => {
          const ask = { CertificateAuthorityArn: await authority() };
          return Authority.parse(await call("acm-pca", "DescribeCertificateAuthority", ask));
        },
      },
      {
        name: "a CA that is not there",
        main: true,
        refuses: ({ call }) =>
          call("acm-pca", "DescribeCertificateAuthority", { CertificateAuthorityArn: nowhere }),
      },
      {
        name: "an ARN of another kind",
        refuses: ({ call }) =>
          call("acm-pca", "DescribeCertificateAuthority", {
            CertificateAuthorityArn: `arn:aws:iam::${ACCOUNT}:role/probe`,
          }),
      },
    ],
  },
  {
    operation: "acm-pca:GetCertificateAuthorityCertificate",
    cases: [
      {
        name: "a root has no chain",
        main: true,
        run: async ({ call, authority }) => {
          const ask = { CertificateAuthorityArn: await authority() };
          const answer = Got.parse(await call("acm-pca", "GetCertificateAuthorityCertificate", ask));
          const { ca, subject } = new X509Certificate(answer.Certificate);
          return { ca, subject, hasChain: answer.CertificateChain !== undefined };
        },
      },
      {
        name: "a CA that is not there",
        refuses: ({ call }) =>
          call("acm-pca", "GetCertificateAuthorityCertificate", { CertificateAuthorityArn: nowhere }),
      },
    ],
  },
  {
    operation: "acm-pca:IssueCertificate",
    cases: [
      {
        name: "the ARN is below the CA's and ends in the serial as a decimal number",
        run: async (ground) => {
          const { authority, CertificateArn, leaf } = await issued(ground);
          const serial = BigInt(`0x${leaf.serialNumber}`).toString();
          const below = CertificateArn.startsWith(`${authority}/certificate/`);
          return { below, serial: CertificateArn.endsWith(`/${serial}`) };
        },
      },
      {
        name: "a client's certificate",
        main: true,
        run: async (ground) => told((await issued(ground)).leaf),
      },
      {
        name: "a server's certificate",
        run: async (ground) => told((await issued(ground, { TemplateArn: serverAuth })).leaf),
      },
      {
        name: "the same token twice is the same certificate",
        run: async (ground) => {
          const authority = await ground.authority();
          const first = await issue(ground, authority, { IdempotencyToken: "one" });
          const second = await issue(ground, authority, { IdempotencyToken: "one" });
          const third = await issue(ground, authority, { IdempotencyToken: "two" });
          return { second: second === first, third: third === first };
        },
      },
      { name: "a CA that is not there", main: true, refuses: (ground) => issue(ground, nowhere) },
      { name: "a CSR that is none", main: true, refuses: refusedIssue({ Csr: bytes("no request") }) },
      { name: "a validity of no days", refuses: refusedIssue({ Validity: { Type: "DAYS", Value: 0 } }) },
      {
        name: "an end after the CA's own",
        refuses: refusedIssue({ Validity: { Type: "YEARS", Value: 50 } }),
      },
      {
        name: "an end in the past",
        refuses: refusedIssue({ Validity: { Type: "ABSOLUTE", Value: 1_577_836_800 } }),
      },
      {
        name: "an algorithm that does not go with the CA's key",
        refuses: refusedIssue({ SigningAlgorithm: "SHA256WITHRSA" }),
      },
      { name: "a token of 37 characters", refuses: refusedIssue({ IdempotencyToken: "x".repeat(37) }) },
    ],
  },
  {
    operation: "acm-pca:GetCertificate",
    cases: [
      {
        name: "the chain ends in the CA that signed",
        main: true,
        run: async (ground) => {
          const { leaf, chain = "" } = await issued(ground);
          const above = chain.match(/-----BEGIN/g)?.length ?? 0;
          return { above, signed: leaf.verify(new X509Certificate(chain).publicKey) };
        },
      },
      {
        name: "a certificate that is not there",
        refuses: async ({ call, authority }) => {
          const CertificateAuthorityArn = await authority();
          const CertificateArn = `${CertificateAuthorityArn}/certificate/12345678901234567890123456789012`;
          await call("acm-pca", "GetCertificate", { CertificateAuthorityArn, CertificateArn });
        },
      },
    ],
  },
  {
    operation: "acm-pca:RevokeCertificate",
    cases: [
      {
        name: "a certificate, twice",
        main: true,
        run: async (ground) => {
          const { authority, leaf } = await issued(ground);
          const first = await refusalOf(revoke(ground, authority, serialOf(leaf)));
          return [first, await refusalOf(revoke(ground, authority, serialOf(leaf)))];
        },
      },
      {
        name: "a serial that is not there",
        refuses: async (ground) => await revoke(ground, await ground.authority(), "0a:1b:2c:3d:4e:5f:60:71"),
      },
      {
        name: "a CA that is not there",
        refuses: (ground) => revoke(ground, nowhere, "0a:1b:2c:3d:4e:5f:60:71"),
      },
    ],
  },
];
