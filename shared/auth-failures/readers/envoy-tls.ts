/**
 * Why a handshake failed, as Envoy says it with BoringSSL's names:
 *
 *     TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert failed: X509_verify_cert:
 *     certificate verification error at depth 0: certificate has expired:TLS_error_end
 *
 * Before 1.34 or so there is no detail after the name
 * (https://github.com/envoyproxy/envoy/blob/main/source/common/tls/ssl_socket.cc, `drainErrorQueue`, and
 * `cert_validator/default_validator.cc`). With "SAN matcher" the caller's own names follow, so that no text is searched
 * for behind the place where it has to stand.
 */
import type { FailureClass } from "../schema.ts";
import { classOfX509Error } from "./x509-errors.ts";

const NO_CERTIFICATE = "PEER_DID_NOT_RETURN_A_CERTIFICATE";
const NOT_VERIFIED = "CERTIFICATE_VERIFY_FAILED";

/** All others are no refusal of a caller for who he is: another protocol, a port check, or his own refusal of ours. */
export const REFUSING_TLS_ERRORS = [NO_CERTIFICATE, NOT_VERIFIED];

/** The first error of the queue, up to and with its name. */
const FIRST = /^TLS_error:\|\d{1,12}:[A-Za-z ]{1,40}:[A-Za-z_]{1,40}:([A-Z0-9_]{1,80})/;
const DEPTH = /^:verify cert failed: X509_verify_cert: certificate verification error at depth (\d{1,3}): /;
const SAN = /^:verify cert failed: (?:SAN matcher|verify SAN list)/;
const END = ":TLS_error_end";
const DETAIL_LENGTH_MAX = 300;

/** Null where it is no refusal of a certificate. */
export function classOfTlsFailure(text: string): FailureClass | null {
  const [whole, error] = FIRST.exec(text) ?? [];
  if (whole === undefined || error === undefined) return null;
  if (error === NO_CERTIFICATE) return "no-certificate";
  if (error !== NOT_VERIFIED) return null;
  return classOfDetail(text.slice(whole.length, whole.length + DETAIL_LENGTH_MAX));
}

function classOfDetail(detail: string): FailureClass {
  // A good certificate, of none of the names that are let in.
  if (SAN.test(detail)) return "forbidden-scope";
  const [whole, depth] = DEPTH.exec(detail) ?? [];
  if (whole === undefined) return "unknown";
  const rest = detail.slice(whole.length);
  const end = rest.indexOf(END);
  const failure = classOfX509Error(end === -1 ? rest : rest.slice(0, end));
  // Of a CA above it: the caller's own certificate may be as good as ever.
  return depth === "0" || failure === "unknown-ca" ? failure : "unknown";
}
