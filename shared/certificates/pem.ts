/** PEM, strictly: one label, base64, nothing around it (RFC 7468). */
import { ContractError } from "../runtime/errors.ts";

/** Each part takes characters that the next cannot start with, so that no text makes the match slow. */
const CERTIFICATE = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;
const REQUEST =
  /^-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE REQUEST-----\s*$/;
const EACH = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The DER of exactly one certificate. Throws `ContractError` for anything else. */
export const pemToDer = (pem: string): Uint8Array => bodyOf(pem, CERTIFICATE, "a certificate");

/** The DER of exactly one CSR. Throws `ContractError` for anything else. */
export const csrFromPem = (pem: string): Uint8Array => bodyOf(pem, REQUEST, "a CSR");

function bodyOf(pem: string, form: RegExp, what: string): Uint8Array {
  const base64 = form.exec(pem)?.[1]?.replaceAll(/\s/g, "") ?? "";
  const der = Buffer.from(base64, "base64");
  // Node reads on past what is no base64; only what it writes the same way again was read in full.
  if (der.length === 0 || der.toString("base64") !== base64) throw new ContractError(`${what} is not PEM`);
  return der;
}

/**
 * A bundle's certificates in their order, one PEM each; text around them is passed over, as OpenSSL does. Throws
 * `ContractError` when a label is left over: then one of them was cut off.
 */
export function splitPem(bundle: string): string[] {
  if (bundle.replaceAll(EACH, "").includes("-----"))
    throw new ContractError("a bundle of certificates is cut off, or holds something else");
  return bundle.match(EACH) ?? [];
}

/** Key Vault speaks DER, AWS Private CA wants the PEM text of a CSR. */
export const csrToPem = (der: Uint8Array): string => toPem("CERTIFICATE REQUEST", der);
export const certificateToPem = (der: Uint8Array): string => toPem("CERTIFICATE", der);

function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
