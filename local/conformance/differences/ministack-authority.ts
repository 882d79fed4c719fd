/** Where ministack answers otherwise than the stand-in: AWS Private CA and STS. */
import type { Differences } from "../compare.ts";

export const ministackAuthority: readonly Differences[] = [
  {
    emulator: "ministack",
    right: "absent",
    why: "ministack has no Private CA",
    answers: {
      "acm-pca:DescribeCertificateAuthority / an active root": "refused 400 400",
      "acm-pca:DescribeCertificateAuthority / a CA that is not there": "refused 400 400",
      "acm-pca:DescribeCertificateAuthority / an ARN of another kind": "refused 400 400",
      "acm-pca:GetCertificateAuthorityCertificate / a root has no chain": "refused 400 400",
      "acm-pca:GetCertificateAuthorityCertificate / a CA that is not there": "refused 400 400",
      "acm-pca:IssueCertificate / the ARN is below the CA's and ends in the serial as a decimal number":
        "refused 400 400",
      "acm-pca:IssueCertificate / a client's certificate": "refused 400 400",
      "acm-pca:IssueCertificate / a server's certificate": "refused 400 400",
      "acm-pca:IssueCertificate / the same token twice is the same certificate": "refused 400 400",
      "acm-pca:IssueCertificate / a CA that is not there": "refused 400 400",
      "acm-pca:IssueCertificate / a CSR that is none": "refused 400 400",
      "acm-pca:IssueCertificate / a validity of no days": "refused 400 400",
      "acm-pca:IssueCertificate / an end after the CA's own": "refused 400 400",
      "acm-pca:IssueCertificate / an end in the past": "refused 400 400",
      "acm-pca:IssueCertificate / an algorithm that does not go with the CA's key": "refused 400 400",
      "acm-pca:IssueCertificate / a token of 37 characters": "refused 400 400",
      "acm-pca:GetCertificate / the chain ends in the CA that signed": "refused 400 400",
      "acm-pca:GetCertificate / a certificate that is not there": "refused 400 400",
      "acm-pca:RevokeCertificate / a certificate, twice": "refused 400 400",
      "acm-pca:RevokeCertificate / a serial that is not there": "refused 400 400",
      "acm-pca:RevokeCertificate / a CA that is not there": "refused 400 400",
    },
  },
  {
    emulator: "ministack",
    right: "stand-in",
    why: "the issuer is the account's own, and tokens are signed with the algorithm that was asked for",
    source: "sts-claims",
    answers: {
      "sts:GetWebIdentityToken / a token for one audience":
        '{"alg":"HS256","aud":"api://warrener","issuer":false,"lastsSeconds":300,"subject":true}',
    },
  },
  {
    emulator: "ministack",
    right: "unknown",
    why: "an audience is needed; which code its absence gives is not documented",
    source: "sts-token",
    answers: {
      "sts:GetWebIdentityToken / no audience": "refused MissingParameter 400",
    },
  },
];
