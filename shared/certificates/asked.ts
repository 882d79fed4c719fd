/**
 * What a pending request asked for, in flat facts, for the log and the record of changes: once it is dropped, they
 * are all that is left of it. They may be somebody else's words, so each is cut to a bearable length.
 */
import type { CsrFacts } from "./schema.ts";

export interface AskedFor {
  readonly csrDigest: string;
  readonly commonName: string;
  /** Empty when there is none. */
  readonly organization: string;
  /** In the order of the CSR, with spaces between them. */
  readonly dnsNames: string;
  readonly key: string;
}

const NAME_MAX = 128;
const NAMES_MAX = 1_024;

export function askedFor({ digest, identity, key }: CsrFacts): AskedFor {
  return {
    csrDigest: digest,
    commonName: cut(identity.commonName, NAME_MAX),
    organization: cut(identity.organization ?? "", NAME_MAX),
    dnsNames: cut(identity.dnsNames.toSorted().join(" "), NAMES_MAX),
    key: key === "other" ? key : key.type === "EC" ? `EC ${key.curve}` : `RSA ${key.size}`,
  };
}

/** Well formed, for half a character is no text to DynamoDB or EventBridge: a cut can leave one, and so can a stranger. */
export const cut = (text: string, max: number): string =>
  (text.length <= max ? text : `${text.slice(0, max - 1)}…`).toWellFormed();
