/**
 * The identifiers that the clouds would hand out, as fixed values: the same program gives the same graph.
 * What no evaluation can know (a certificate of a CA that does not exist yet, the account's token issuer)
 * is a placeholder, which whoever runs the graph replaces with `substitute`.
 */
import { createHash } from "node:crypto";

export const ACCOUNT_ID = "123456789012";
export const SUBSCRIPTION_ID = guid("subscription");
export const TENANT_ID = guid("tenant");
/** Object id of whoever deploys. */
export const DEPLOYER_ID = guid("deployer");

/** A log group of this name is of a class that takes no filters; all others are of the standard one. */
export const INFREQUENT_LOG_GROUP = "/example/infrequent";

/** Stands where the PEM text of a CA's own certificate belongs. */
export const caCertificatePlaceholder = (arn: string): string =>
  `{{certificate-authority-certificate ${arn}}}`;
const CA_CERTIFICATE = /\{\{certificate-authority-certificate ([^{}]+)\}\}/g;
/** Stands where the account's issuer of web identity tokens belongs, an https URL. */
export const TOKEN_ISSUER_PLACEHOLDER = "{{token-issuer}}";

/** A GUID that depends on the name alone. */
export function guid(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  // Version 4, variant 1: some clients refuse a GUID without them.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface Replacements {
  /** PEM: of the CA with this ARN, its own certificate and then those above it. */
  readonly caCertificate: (arn: string) => string;
  readonly tokenIssuer: string;
}

/** Returns the settings with every placeholder replaced. */
export function substitute(
  settings: Readonly<Record<string, string>>,
  replacements: Replacements,
): Record<string, string> {
  const replace = (value: string) =>
    value
      .replaceAll(CA_CERTIFICATE, (_placeholder, arn: string) => replacements.caCertificate(arn))
      .replaceAll(TOKEN_ISSUER_PLACEHOLDER, () => replacements.tokenIssuer);
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, replace(value)]));
}
