/** What relay's listener is made of, checked before it is used: a bad replacement must not take the listener. */
import { constants, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { Serial } from "../../shared/certificates/schema.ts";

/** The CAs whose clients are let in. The version is the publisher's; relay repeats it in its log. */
export interface TrustBundle {
  readonly version: string;
  /** One or more CA certificates in PEM. */
  readonly pem: string;
  /** Leaves that are let in no more, whatever their CA and their dates say; none when left out. */
  readonly revoked?: ReadonlySet<Serial>;
}

export interface LoadedBundle extends TrustBundle {
  readonly certificates: readonly X509Certificate[];
  readonly revoked: ReadonlySet<Serial>;
}

export interface ServerCertificate {
  readonly privateKeyPem: string;
  /** The leaf first. */
  readonly chainPem: string;
}

export interface LoadedServerCertificate extends ServerCertificate {
  readonly serial: Serial;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export function contextOptions(certificate: ServerCertificate, bundle: TrustBundle) {
  return {
    key: certificate.privateKeyPem,
    cert: certificate.chainPem,
    ca: bundle.pem,
    // Each certificate of the bundle is trusted by itself, also an issuing CA whose root is not in it.
    allowPartialTrustChain: true,
    minVersion: "TLSv1.2" as const,
    // A resumed session would carry an old verdict past a new trust bundle, and past the certificate's end.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** Throws when there is nothing in it to trust, or something that no CA certificate is. */
export function loadTrustBundle(bundle: TrustBundle): LoadedBundle {
  if (bundle.version === "") throw new Error("a trust bundle has a version; give it one");
  const certificates = parseCertificates(bundle.pem);
  if (certificates.length === 0) {
    throw new Error(`trust bundle ${bundle.version} has no certificate; put at least one CA in it, as PEM`);
  }
  const leaf = certificates.find((certificate) => !certificate.ca);
  if (leaf !== undefined) {
    throw new Error(`trust bundle ${bundle.version} holds ${leaf.subject}, which is no CA; take it out`);
  }
  return { ...bundle, certificates, revoked: bundle.revoked ?? new Set() };
}

/** Throws when the key is not the leaf's. The error never holds the key. */
export function loadServerCertificate(certificate: ServerCertificate): LoadedServerCertificate {
  const [leaf] = parseCertificates(certificate.chainPem);
  if (leaf === undefined) throw new Error("relay's certificate chain is empty; give its leaf first, as PEM");
  if (!leaf.checkPrivateKey(readKey(certificate.privateKeyPem))) {
    throw new Error("relay's private key does not belong to the first certificate of its chain");
  }
  return { ...certificate, serial: Serial.parse(leaf.serialNumber) };
}

/** True when one of the CAs signed it, whatever its dates and purposes are. */
export function isIssuedBy(cas: readonly X509Certificate[], certificate: X509Certificate): boolean {
  return cas.some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
}

export function parseCertificates(pem: string): X509Certificate[] {
  return (pem.match(PEM_CERTIFICATE) ?? []).map((block) => new X509Certificate(block));
}

export function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error("relay's private key cannot be read; give it as unencrypted PEM");
  }
}
