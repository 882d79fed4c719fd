/** PEM, strictly: one label, base64, nothing around it (RFC 7468). */
import { ContractError } from "../runtime/errors.ts";

const CERTIFICATE = /^-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----\s*$/;
const EACH = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The DER of exactly one certificate. Throws `ContractError` for anything else. */
export function pemToDer(pem: string): Uint8Array {
  const base64 = CERTIFICATE.exec(pem)?.[1];
  if (base64 === undefined) throw new ContractError("a certificate is not PEM");
  return Buffer.from(base64, "base64");
}

/** A bundle's certificates in their order, one PEM each. */
export function splitPem(bundle: string): string[] {
  return bundle.match(EACH) ?? [];
}

/** Key Vault speaks DER, AWS Private CA wants the PEM text of a CSR. */
export function csrToPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}
