/**
 * Issues one certificate. The checks stand in the order in which a caller can fix them: the CA, the algorithm,
 * the template, the dates, the CSR.
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import * as z from "zod";
import { Refusal } from "../../stand-in/operations.ts";
import { Unsupported } from "../service.ts";
import {
  backdatedMs,
  type CertificateAuthority,
  isRsa,
  issuedBy,
  randomSerial,
  signingWith,
  statusOf,
} from "./authority.ts";
import { parseCsr } from "./csr.ts";
import { defaultTemplateArn, fixedExtensions } from "./templates.ts";
import { endOf, Validity } from "./validity.ts";

export const shortLivedDaysMax = 7;
const dayMs = 24 * 60 * 60 * 1000;
const csrBytesMax = 32_768;

/** As the service's model has it: any acm-pca ARN of 5 to 200 characters. */
export const Arn = z
  .string()
  .min(5)
  .max(200)
  .regex(/^arn:[\w+=/,.@-]+:acm-pca:[\w+=/,.@-]*:[0-9]*:[\w+=,.@-]+(\/[\w+=,.@-]+)*$/);

export const IssueCertificateInput = z.object({
  CertificateAuthorityArn: Arn,
  Csr: z
    .string()
    .transform((base64) => Buffer.from(base64, "base64"))
    .refine(({ length }) => length >= 1 && length <= csrBytesMax, `1 to ${csrBytesMax} bytes`),
  SigningAlgorithm: z.enum([
    "SHA256WITHECDSA",
    "SHA384WITHECDSA",
    "SHA512WITHECDSA",
    "SHA256WITHRSA",
    "SHA384WITHRSA",
    "SHA512WITHRSA",
  ]),
  TemplateArn: Arn.optional(),
  Validity,
  ValidityNotBefore: Validity.optional(),
  IdempotencyToken: z
    .string()
    .min(1)
    .max(36)
    .regex(/^[\t\n\r\u0020-\u00FF]*$/)
    .optional(),
});
export type IssueCertificateInput = z.infer<typeof IssueCertificateInput>;

export async function issueCertificate(
  authority: CertificateAuthority,
  input: IssueCertificateInput,
  nowMs: number,
): Promise<x509.X509Certificate> {
  const status = statusOf(authority, nowMs);
  if (status !== "ACTIVE") {
    throw new Refusal(400, "InvalidStateException", `the certificate authority is in the state ${status}`);
  }
  if (isRsa(authority.keyAlgorithm) !== input.SigningAlgorithm.endsWith("RSA")) {
    throw invalidArgs("the signing algorithm's family does not match the certificate authority's key");
  }
  const templateArn = input.TemplateArn ?? defaultTemplateArn;
  const fixed = fixedExtensions(templateArn);
  if (fixed === undefined) {
    throw new Unsupported(`the local AWS does not support acm-pca:IssueCertificate with ${templateArn}`);
  }
  const life = lifeOf(authority, input, nowMs);
  const csr = await parseCsr(input.Csr);
  return await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: csr.subject,
    issuer: authority.certificate.subjectName,
    ...life,
    publicKey: csr.publicKey,
    ...signingWith(authority.privateKey, input.SigningAlgorithm),
    extensions: [
      ...fixed,
      ...(csr.alternativeNames === undefined ? [] : [csr.alternativeNames]),
      await issuedBy(authority.certificate),
      await x509.SubjectKeyIdentifierExtension.create(csr.publicKey),
    ],
  });
}

function lifeOf(
  authority: CertificateAuthority,
  input: IssueCertificateInput,
  nowMs: number,
): { notBefore: Date; notAfter: Date } {
  const endMs = endOf(input.Validity, nowMs);
  if (endMs <= nowMs) throw invalidArgs("the validity ends in the past");
  if (endMs > authority.certificate.notAfter.getTime()) {
    throw new Refusal(
      400,
      "ValidationException",
      "The certificate validity specified exceeds the certificate authority validity",
    );
  }
  if (authority.usageMode === "SHORT_LIVED_CERTIFICATE" && endMs - nowMs > shortLivedDaysMax * dayMs) {
    throw invalidArgs(`a short-lived certificate is valid for at most ${shortLivedDaysMax} days`);
  }
  const begin = input.ValidityNotBefore;
  if (begin !== undefined && begin.Type !== "ABSOLUTE") {
    throw invalidArgs("ValidityNotBefore takes only the type ABSOLUTE");
  }
  const beginMs = begin === undefined ? nowMs - backdatedMs : begin.Value * 1000;
  if (beginMs >= endMs) throw invalidArgs("the validity begins at or after its end");
  return { notBefore: new Date(beginMs), notAfter: new Date(endMs) };
}

const invalidArgs = (message: string) => new Refusal(400, "InvalidArgsException", message);
