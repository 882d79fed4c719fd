/**
 * What a version of relay's secret holds: a private key with its CSR, or with its certificate. Anything else is
 * somebody's own: it is never read as nothing, and never changed.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import * as z from "zod";
import { ContractError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import { readCsr, readCsrPublicKey } from "./csr.ts";
import { certificateToPem, csrFromPem, csrToPem, pemToDer, splitPem } from "./pem.ts";
import { readCertificate } from "./x509.ts";

export type StoredVersion =
  | {
      readonly kind: "request";
      readonly privateKey: Secret;
      /** DER. */
      readonly csr: Uint8Array;
    }
  | {
      readonly kind: "certificate";
      readonly privateKey: Secret;
      /** DER, leaf first. */
      readonly chain: readonly [Uint8Array, ...Uint8Array[]];
    };

/** docs/workloads.md is the contract with whoever reads it. */
const Form = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("request"), privateKey: z.string(), csr: z.string() }),
  z.strictObject({ kind: z.literal("certificate"), privateKey: z.string(), certificate: z.string() }),
]);

export function writeVersion(stored: StoredVersion): Secret {
  const privateKey = stored.privateKey.unwrap();
  const form =
    stored.kind === "request"
      ? { kind: stored.kind, privateKey, csr: csrToPem(stored.csr) }
      : { kind: stored.kind, privateKey, certificate: stored.chain.map(certificateToPem).join("") };
  return new Secret(JSON.stringify(form));
}

/** Null when it is in another form, or its parts do not belong together. Says no more: a key is in it. */
export function parseVersion(value: Secret | null): StoredVersion | null {
  const form = Form.safeParse(value === null ? undefined : parseJson(value.unwrap()));
  if (!form.success) return null;
  try {
    return form.data.kind === "request" ? toRequest(form.data) : toCertificate(form.data);
  } catch (error) {
    if (error instanceof ContractError) return null;
    throw error;
  }
}

type Request = Extract<z.infer<typeof Form>, { kind: "request" }>;
type Certificate = Extract<z.infer<typeof Form>, { kind: "certificate" }>;

function toRequest({ kind, privateKey, csr }: Request): StoredVersion | null {
  const der = csrFromPem(csr);
  // A CSR of any other purpose is still one: the plan decides what becomes of it.
  readCsr(der, "server");
  const fits = spkiOf(privateKey)?.equals(readCsrPublicKey(der)) === true;
  return fits ? { kind, privateKey: new Secret(privateKey), csr: der } : null;
}

function toCertificate({ kind, privateKey, certificate }: Certificate): StoredVersion | null {
  const [leaf, ...issuers] = splitPem(certificate).map(pemToDer);
  if (leaf === undefined) return null;
  readCertificate(leaf);
  const fits = spkiOf(privateKey)?.equals(spkiOfLeaf(leaf)) === true;
  return fits ? { kind, privateKey: new Secret(privateKey), chain: [leaf, ...issuers] } : null;
}

/** SubjectPublicKeyInfo in DER. */
export function spkiOfLeaf(leaf: Uint8Array): Buffer {
  return exportSpki(new X509Certificate(leaf).publicKey);
}

function spkiOf(privateKeyPem: string): Buffer | null {
  try {
    return exportSpki(createPublicKey(createPrivateKey(privateKeyPem)));
  } catch {
    // OpenSSL throws for nothing but a text that it cannot read as a key, and could quote it.
    return null;
  }
}

const exportSpki = (key: KeyObject): Buffer => key.export({ type: "spki", format: "der" });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
