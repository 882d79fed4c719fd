/**
 * What OpenSSL and BoringSSL say of a certificate that they do not accept, as nginx and Envoy repeat it: the texts of
 * `X509_verify_cert_error_string`, which are fixed and hold nothing of the certificate.
 * https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/#error-codes
 */
import type { FailureClass } from "../schema.ts";

/** OpenSSL 3 has changed some texts; both are in use, and BoringSSL has the earlier ones. */
const CLASSES: ReadonlyMap<string, FailureClass> = new Map([
  ["certificate has expired", "expired"],
  ["certificate is not yet valid", "not-yet-valid"],
  ["certificate revoked", "revoked"],
  ["unable to get issuer certificate", "unknown-ca"],
  ["unable to get local issuer certificate", "unknown-ca"],
  ["unable to verify the first certificate", "unknown-ca"],
  ["certificate signature failure", "unknown-ca"],
  ["self signed certificate", "unknown-ca"],
  ["self-signed certificate", "unknown-ca"],
  ["self signed certificate in certificate chain", "unknown-ca"],
  ["self-signed certificate in certificate chain", "unknown-ca"],
  ["certificate not trusted", "unknown-ca"],
  ["unsupported certificate purpose", "wrong-purpose"],
  ["unsuitable certificate purpose", "wrong-purpose"],
]);

/** Exact: a text that only contains one of these may have been written by the caller. */
export const classOfX509Error = (text: string): FailureClass => CLASSES.get(text) ?? "unknown";
