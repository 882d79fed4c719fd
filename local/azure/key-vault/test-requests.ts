/** What the vault's tests ask of it through Microsoft's client: a request, and a certificate of a CA of their own. */
import type { CertificateClient, CertificatePolicy } from "@azure/keyvault-certificates";
import { createTestCa } from "../world-for-tests.ts";

export const POLICY: CertificatePolicy = {
  issuerName: "Unknown",
  subject: "CN=bunny",
  subjectAlternativeNames: { dnsNames: ["bunny.internal.test"] },
  keyType: "EC",
  keyCurveName: "P-256",
  exportable: true,
  reuseKey: false,
  contentType: "application/x-pem-file",
  enhancedKeyUsage: ["1.3.6.1.5.5.7.3.2"],
  keyUsage: ["digitalSignature"],
};

export async function request(
  client: CertificateClient,
  policy: CertificatePolicy = POLICY,
): Promise<Uint8Array> {
  await client.beginCreateCertificate("bunny", policy);
  const operation = await client.getCertificateOperation("bunny");
  const csr = operation.getOperationState().certificateOperation?.csr;
  if (csr === undefined) throw new Error("no CSR");
  return csr;
}

export async function issue(client: CertificateClient, policy?: CertificatePolicy) {
  const ca = await createTestCa();
  const leaf = await ca.sign(await request(client, policy));
  const merged = await client.mergeCertificate("bunny", [leaf, ca.der]);
  return { ca, leaf, merged };
}
