/**
 * The certificate templates: what the CA itself puts into a leaf. Subject and alternative names come from the
 * CSR with all of these, every other extension of the CSR is dropped.
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const arnOf = (name: string) => `arn:aws:acm-pca:::template/${name}/V1`;

export const defaultTemplateArn = arnOf("EndEntityCertificate");

const usages: Readonly<Record<string, readonly x509.ExtendedKeyUsage[]>> = {
  [arnOf("EndEntityCertificate")]: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
  [arnOf("EndEntityClientAuthCertificate")]: [x509.ExtendedKeyUsage.clientAuth],
  [arnOf("EndEntityServerAuthCertificate")]: [x509.ExtendedKeyUsage.serverAuth],
};

/** The fixed extensions of a template, or undefined for one that the local CA does not have. */
export function fixedExtensions(templateArn: string): readonly x509.Extension[] | undefined {
  const extendedKeyUsage = usages[templateArn];
  if (extendedKeyUsage === undefined) return undefined;
  return [
    new x509.BasicConstraintsExtension(false),
    new x509.KeyUsagesExtension(
      x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
      true,
    ),
    new x509.ExtendedKeyUsageExtension([...extendedKeyUsage]),
  ];
}
