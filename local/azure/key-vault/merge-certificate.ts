/**
 * Merge: completes a pending certificate with what a CA signed. The service checks that the leaf carries the
 * pending key; it does not know the CA, so who signed, for whom and in which order is the caller's to check.
 */
import { X509Certificate } from "node:crypto";
import { badParameter, VaultRefusal } from "./operations.ts";
import {
  newId,
  nowSeconds,
  type PendingCertificate,
  requirePending,
  type Vault,
  type VaultCertificate,
  type VaultVersion,
} from "./state.ts";

export const KEY_MISMATCH =
  "The public key of the end-entity certificate in the specified X.509 certificate content does not match the " +
  "public part of the specified private key. Please check if certificate is valid.";

/** `x5c` as on the wire: base64 strings, the end-entity certificate first. */
export function mergeCertificate(
  vault: Vault,
  name: string,
  x5c: readonly string[],
): { certificate: VaultCertificate; version: VaultVersion } {
  const { certificate, pending } = requirePending(vault, name);
  refuseState(name, pending);
  if (x5c.length === 0)
    throw badParameter("Property x5c has invalid value X5C must has at least one valid item");
  const chain = x5c.map(parseCertificate);
  const leaf = chain[0];
  if (leaf === undefined || !spkiOf(leaf).equals(pending.key.spki)) throw badParameter(KEY_MISMATCH);
  if (leaf.validToDate.getTime() <= Date.now()) {
    throw badParameter(
      "The specified X.509 certificate content is invalid. Error: the certificate is expired.",
    );
  }
  return { certificate, version: addVersion(certificate, pending, chain) };
}

/** The new version is current from this moment on, for certificate, key and secret. */
export function addVersion(
  certificate: VaultCertificate,
  pending: PendingCertificate,
  [leaf, ...chain]: readonly X509Certificate[],
): VaultVersion {
  if (leaf === undefined) throw new Error("a version needs a certificate");
  const { key_props, secret_props } = pending.policy.wire;
  const version: VaultVersion = {
    id: newId(),
    leaf,
    chain,
    key: pending.key,
    exportable: key_props.exportable,
    contentType: secret_props.contentType,
    notBefore: Math.floor(leaf.validFromDate.getTime() / 1000),
    notAfter: Math.floor(leaf.validToDate.getTime() / 1000),
    createdAt: nowSeconds(),
    updatedAt: nowSeconds(),
    enabled: true,
  };
  certificate.versions.push(version);
  pending.status = "completed";
  return version;
}

function refuseState(name: string, pending: PendingCertificate): void {
  // What is completed cannot be completed again: its key belongs to a version already.
  if (pending.status === "completed") {
    throw new VaultRefusal(404, "PendingCertificateNotFound", `Pending certificate not found: ${name}`);
  }
  const issuer = pending.policy.wire.issuer.name;
  if (pending.status === "inProgress" && issuer !== "Unknown") {
    const message = `Merge is forbidden on pending object created with issuer : ${issuer} while it is in progess.`;
    throw new VaultRefusal(403, "Forbidden", message);
  }
}

/**
 * An entry should be base64 of DER. The service also takes base64 of a PEM's text, as the SDK's own README and
 * recorded tests send it.
 */
function parseCertificate(entry: string): X509Certificate {
  const bytes = Buffer.from(entry, "base64");
  const text = bytes.toString("latin1").replaceAll(/-----[^-]*-----|\s/g, "");
  const der = /^MI[0-9A-Za-z+/]+=*$/.test(text) ? Buffer.from(text, "base64") : bytes;
  try {
    return new X509Certificate(der);
  } catch {
    throw badParameter("ASN1 bad tag value met.");
  }
}

function spkiOf(certificate: X509Certificate): Buffer {
  return certificate.publicKey.export({ type: "spki", format: "der" });
}
