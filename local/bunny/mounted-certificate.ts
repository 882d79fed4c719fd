/**
 * Reads a client certificate as the Secrets Store CSI driver mounts it with `objectType: secret`: one PEM file
 * with the private key and the certificates. The order of the certificates is nowhere promised, so the leaf is
 * the one that the key belongs to. No error holds any of the file's text.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { Serial } from "../../shared/certificates/schema.ts";
import { type FileReason, readMountedText } from "./mounted-text.ts";

export interface ClientCertificate {
  readonly privateKeyPem: string;
  /** The leaf first. */
  readonly chainPem: string;
  readonly serial: Serial;
  /** Tells two versions apart, also when their serials were equal. */
  readonly fingerprint: string;
  readonly notAfterMs: number;
}

export type MountReason =
  | FileReason
  | "no-private-key"
  | "several-private-keys"
  | "unreadable-private-key"
  | "unreadable-certificate"
  | "no-certificate-for-the-key";

export type Mounted =
  | { readonly kind: "read"; readonly certificate: ClientCertificate }
  | { readonly kind: "unusable"; readonly reason: MountReason };

const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----[^-]+-----END \1-----/g;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export async function readMounted(path: string): Promise<Mounted> {
  const mounted = await readMountedText(path);
  return mounted.kind === "text" ? parseMounted(mounted.text) : mounted;
}

export function parseMounted(text: string): Mounted {
  const keys = text.match(PRIVATE_KEY) ?? [];
  const [privateKeyPem] = keys;
  if (privateKeyPem === undefined) return unusable("no-private-key");
  if (keys.length > 1) return unusable("several-private-keys");
  const key = attempt(() => createPrivateKey(privateKeyPem));
  if (key === undefined) return unusable("unreadable-private-key");
  const certificates = attempt(() => (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem)));
  if (certificates === undefined) return unusable("unreadable-certificate");
  return withKey(key, privateKeyPem, certificates);
}

function withKey(key: KeyObject, privateKeyPem: string, certificates: readonly X509Certificate[]): Mounted {
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (leaf === undefined) return unusable("no-certificate-for-the-key");
  const serial = Serial.safeParse(leaf.serialNumber);
  if (!serial.success) return unusable("unreadable-certificate");
  const chain = [leaf, ...certificates.filter((certificate) => certificate !== leaf)];
  return {
    kind: "read",
    certificate: {
      privateKeyPem: `${privateKeyPem}\n`,
      chainPem: chain.map((certificate) => certificate.toString()).join(""),
      serial: serial.data,
      fingerprint: leaf.fingerprint256,
      notAfterMs: leaf.validToDate.getTime(),
    },
  };
}

/** OpenSSL's errors say nothing that a reason does not, and must not be trusted to leave the input out. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

const unusable = (reason: MountReason): Mounted => ({ kind: "unusable", reason });
