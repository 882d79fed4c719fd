/** Every certificate that a Private CA has issued, found by its ARN or by its serial at one CA. */
import { Refusal } from "../../stand-in/operations.ts";
import type { CertificateAuthority } from "./authority.ts";
import { invalidRequest, parseHexSerial } from "./revocations.ts";

export interface IssuedCertificate {
  readonly certificateArn: string;
  readonly authorityArn: string;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly certificatePem: string;
  readonly templateArn: string;
  readonly issuedAtMs: number;
  /** The role whose call it was. */
  readonly issuedTo: string;
  /** How many IssueCertificate calls were answered with it: more than 1 by its idempotency token. */
  readonly calls: number;
}

export type Stored = { -readonly [Key in keyof IssuedCertificate]: IssuedCertificate[Key] } & {
  pendingReads: number;
};

export class IssuedCertificates {
  readonly #byArn = new Map<string, Stored>();

  /** In the order in which they were issued. */
  list(): readonly IssuedCertificate[] {
    return [...this.#byArn.values()];
  }

  add(stored: Stored): void {
    this.#byArn.set(stored.certificateArn, stored);
  }

  /** Throws `Refusal`. */
  byArn(authority: CertificateAuthority, arn: string): Stored {
    if (!/^[^/]+\/[^/]+\/certificate\/\d+$/.test(arn)) throw invalidArn(arn);
    const stored = this.#byArn.get(arn);
    if (stored?.authorityArn !== authority.arn) throw notFound(arn);
    return stored;
  }

  /** `text` is hexadecimal, as a caller wrote it. Throws `Refusal`. */
  bySerial(authority: CertificateAuthority, text: string): Stored {
    const serial = parseHexSerial(text);
    if (authority.above.length === 0 && BigInt(`0x${authority.certificate.serialNumber}`) === serial) {
      throw invalidRequest("a root CA's own certificate cannot be revoked");
    }
    const stored = this.#byArn.get(`${authority.arn}/certificate/${serial}`);
    if (stored === undefined) throw notFound(`a certificate with the serial ${text}`);
    return stored;
  }
}

export const invalidArn = (arn: string) =>
  new Refusal(400, "InvalidArnException", `${arn} is not the expected ARN`);
export const notFound = (what: string) =>
  new Refusal(400, "ResourceNotFoundException", `Could not find ${what}`);
