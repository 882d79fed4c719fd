/** The object identifiers that several readers and writers of certificates share (RFC 5280, 4.2.1). */

/** The extended key usage of a TLS client. */
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
export const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
