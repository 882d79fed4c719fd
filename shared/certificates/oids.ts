/** The object identifiers that several readers and writers of certificates share (RFC 5280, 4.2.1 and appendix A.1). */
import type { Purpose } from "./schema.ts";

export const COMMON_NAME = "2.5.4.3";
export const ORGANIZATION = "2.5.4.10";

/** The extended key usages of a TLS client and of a TLS server. */
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
export const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
export const KEY_USAGE = "2.5.29.15";
export const EXTENDED_KEY_USAGE = "2.5.29.37";
/** An attribute of a CSR, not an extension (RFC 2985, 5.4.2). */
export const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

/** The one extended key usage that a certificate of each purpose has. */
export const USAGE_OF: Readonly<Record<Purpose, string>> = { client: CLIENT_AUTH, server: SERVER_AUTH };
