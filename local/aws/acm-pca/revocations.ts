/** What was revoked at a CA, and the input of RevokeCertificate. A revocation is for good. */
import * as z from "zod";
import { Refusal } from "../../stand-in/operations.ts";
import { Arn } from "./issuing.ts";

export const RevokeCertificateInput = z.object({
  CertificateAuthorityArn: Arn,
  CertificateSerial: z.string().max(128),
  RevocationReason: z.enum([
    "UNSPECIFIED",
    "KEY_COMPROMISE",
    "CERTIFICATE_AUTHORITY_COMPROMISE",
    "AFFILIATION_CHANGED",
    "SUPERSEDED",
    "CESSATION_OF_OPERATION",
    "PRIVILEGE_WITHDRAWN",
    "A_A_COMPROMISE",
  ]),
});
export type RevokeCertificateInput = z.infer<typeof RevokeCertificateInput>;

export interface RevokedCertificate {
  readonly certificateArn: string;
  readonly authorityArn: string;
  /** Lower-case hexadecimal, as of `IssuedCertificate`. */
  readonly serial: string;
  readonly reason: RevokeCertificateInput["RevocationReason"];
  readonly revokedAtMs: number;
  /** The role whose call it was. */
  readonly revokedBy: string;
}

export class Revocations {
  readonly #byArn = new Map<string, RevokedCertificate>();

  list(): readonly RevokedCertificate[] {
    return [...this.#byArn.values()];
  }

  /** Throws `Refusal` for a certificate that is revoked already, whatever the reason was. */
  add(revoked: RevokedCertificate): void {
    if (this.#byArn.has(revoked.certificateArn)) {
      throw new Refusal(400, "RequestAlreadyProcessedException", "the certificate is already revoked");
    }
    this.#byArn.set(revoked.certificateArn, revoked);
  }
}

/**
 * Hexadecimal, in pairs with colons between them or in one piece. The digits of a decimal number are hexadecimal
 * digits too: they are the serial of another certificate, which is then not found.
 */
export function parseHexSerial(text: string): bigint {
  if (!/^(?:[\dA-Fa-f]+|[\dA-Fa-f]{2}(?::[\dA-Fa-f]{2})*)$/.test(text)) {
    throw invalidRequest(`The certificate serial ${text} is not in hexadecimal format`);
  }
  return BigInt(`0x${text.replaceAll(":", "")}`);
}

export const invalidRequest = (message: string) => new Refusal(400, "InvalidRequestException", message);
