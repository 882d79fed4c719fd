/**
 * The ways in which AWS Private CA writes a certificate's serial number: decimal at the end of the certificate's
 * ARN, hexadecimal where it is asked to revoke one
 * (https://docs.aws.amazon.com/privateca/latest/APIReference/API_RevokeCertificate.html). Ours is `Serial`.
 */
import { ContractError } from "../runtime/errors.ts";
import { Serial } from "./schema.ts";

const CERTIFICATE_ARN =
  /^(arn:[\w-]+:acm-pca:[\w-]+:\d{12}:certificate-authority\/[\w-]+)\/certificate\/(\d{1,49})$/;

/** The serial number and the CA of a certificate's ARN. Throws `ContractError` when it is no such ARN. */
export function readCertificateArn(arn: string): { readonly serial: Serial; readonly caArn: string } {
  const [, caArn, decimal] = CERTIFICATE_ARN.exec(arn) ?? [];
  if (caArn === undefined || decimal === undefined) throw new ContractError("is no ARN of a certificate");
  return { serial: serialFromDecimal(decimal), caArn };
}

/** Throws `ContractError` for anything but the decimal digits of a serial number. */
export function serialFromDecimal(decimal: string): Serial {
  const parsed = /^\d{1,49}$/.test(decimal) ? Serial.safeParse(BigInt(decimal).toString(16)) : undefined;
  if (parsed?.success) return parsed.data;
  throw new ContractError("is no serial number in decimal");
}

/** In pairs of digits with colons between, as OpenSSL prints it and the documentation's example has it. */
export function serialWithColons(serial: Serial): string {
  const even = serial.length % 2 === 0 ? serial : `0${serial}`;
  return even.replaceAll(/..(?=.)/g, "$&:");
}
