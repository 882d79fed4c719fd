/** Where moto answers otherwise than the stand-in: AWS Private CA and STS. */
import type { Differences } from "../compare.ts";

export const motoAuthority: readonly Differences[] = [
  {
    emulator: "moto",
    right: "stand-in",
    why: "GENERAL_PURPOSE is the default of a CA that is made without a usage mode",
    source: "pca-model",
    answers: {
      "acm-pca:DescribeCertificateAuthority / an active root":
        '{"CertificateAuthority":{"CertificateAuthorityConfiguration":{"KeyAlgorithm":"EC_prime256v1","SigningAlgorithm":"SHA256WITHECDSA"},"Status":"ACTIVE","Type":"ROOT","UsageMode":"SHORT_LIVED_CERTIFICATE"}}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the ARN's pattern is the model's, and a role's ARN does not fit it",
    source: "pca-model",
    answers: {
      "acm-pca:DescribeCertificateAuthority / an ARN of another kind":
        "refused ResourceNotFoundException 400",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the example's ARN ends in the serial as a decimal number",
    source: "pca-model",
    answers: {
      "acm-pca:IssueCertificate / the ARN is below the CA's and ends in the serial as a decimal number":
        '{"below":true,"serial":false}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the template decides the usages and the request the validity; moto signs for 365 days and looks at neither",
    source: "pca-templates",
    answers: {
      "acm-pca:IssueCertificate / a client's certificate":
        '{"alternativeNames":"DNS:bunny.link.example","beginsBeforeNowMinutes":0,"ca":false,"endsInDays":365,"subject":"CN=bunny"}',
      "acm-pca:IssueCertificate / a server's certificate":
        '{"alternativeNames":"DNS:bunny.link.example","beginsBeforeNowMinutes":0,"ca":false,"endsInDays":365,"subject":"CN=bunny"}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the same IdempotencyToken is the same request",
    source: "pca-model",
    answers: {
      "acm-pca:IssueCertificate / the same token twice is the same certificate":
        '{"second":false,"third":false}',
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the model names these refusals; moto checks no CSR, no validity and no lengths",
    source: "pca-model",
    answers: {
      "acm-pca:IssueCertificate / a CSR that is none": "error 500",
      "acm-pca:IssueCertificate / a validity of no days": "answered",
      "acm-pca:IssueCertificate / an end after the CA's own": "answered",
      "acm-pca:IssueCertificate / an end in the past": "answered",
      "acm-pca:IssueCertificate / an algorithm that does not go with the CA's key": "answered",
      "acm-pca:IssueCertificate / a token of 37 characters": "answered",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "ResourceNotFoundException is in the model; moto breaks",
    source: "pca-model",
    answers: {
      "acm-pca:GetCertificate / a certificate that is not there": "error 500",
    },
  },
  {
    emulator: "moto",
    right: "stand-in",
    why: "the model has codes for a serial that is not there and for one that is revoked already",
    source: "pca-model",
    answers: {
      "acm-pca:RevokeCertificate / a certificate, twice": '["answered","answered"]',
      "acm-pca:RevokeCertificate / a serial that is not there": "answered",
    },
  },
  {
    emulator: "moto",
    right: "absent",
    why: "moto has no outbound web identity tokens",
    answers: {
      "sts:GetWebIdentityToken / a token for one audience": "error 500",
      "sts:GetWebIdentityToken / a token for two audiences": "error 500",
      "sts:GetWebIdentityToken / 59 seconds": "error 500",
      "sts:GetWebIdentityToken / 3601 seconds": "error 500",
      "sts:GetWebIdentityToken / no audience": "error 500",
      "sts:GetWebIdentityToken / an unknown algorithm": "error 500",
    },
  },
];
