/**
 * What all lives of a process have in common: a CA with its root under keys that follow from a name, and one CSR and one
 * certificate of bunny's, whose bytes are replaced for each further one. Making these takes real time and real chance, so
 * it is over before a life begins, and nothing of that chance is left in what comes out.
 */
import { createHash } from "node:crypto";
import { policyOf } from "../../../shared/certificates/azure-policy.ts";
import { certificateToPem, csrToPem, pemToDer, splitPem } from "../../../shared/certificates/pem.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import { makeHierarchy, signCsr } from "../../model/authority.ts";
import { makeRequest, storedPolicy } from "../../model/vault-request.ts";
import type { Ca } from "../../testing/certificates.ts";
import { keyFrom, type SeededKey } from "./p256.ts";
import { type Replacement, reissue } from "./reissue.ts";

const POINT_BYTES = 65;
const SERIAL_BYTES = 16;
/** Where a SubjectPublicKeyInfo of P-256 says that its point follows (RFC 5480). */
const BEFORE_POINT = Buffer.from("06082a8648ce3d030107034200", "hex");
const NOT_BEFORE = new Date("2031-01-02T03:04:05Z");
const NOT_AFTER = new Date("2032-01-02T03:04:05Z");

export interface Template {
  readonly der: Uint8Array;
  readonly point: Uint8Array;
}

export interface Templates {
  readonly csr: Template;
  readonly leaf: Template & { readonly serial: Uint8Array };
  readonly issuer: SeededKey;
  /** The issuing CA's certificate, then the root's. */
  readonly chainPem: readonly [string, string];
}

export async function makeTemplates(
  { identity, key, purpose }: DesiredCertificate,
  start: Instant,
  caNotAfter: Instant,
): Promise<Templates> {
  const made = await makeHierarchy(start, caNotAfter);
  const keys = { root: keyFrom("the root of every life"), ca: keyFrom("the CA of every life") };
  const own = ownBytes(made, keys);
  const rootDer = reissue(made.root.der, own.root, keys.root);
  const caDer = reissue(made.ca.der, [...own.ca], keys.root);
  const request = await makeRequest(storedPolicy(policyOf({ identity, key, purpose })));
  const issued = await signCsr(made.ca, csrToPem(request.csr), purpose, NOT_BEFORE, NOT_AFTER);
  const [leafPem] = splitPem(issued.chainPem);
  const leaf = pemToDer(`${leafPem}\n`);
  return {
    csr: { der: request.csr, point: pointIn(request.csr) },
    leaf: {
      // Its issuer's key is the seeded one from here on.
      der: reissue(leaf, [[keyIdOf(pointIn(made.ca.der)), keyIdOf(keys.ca.point)]], keys.ca),
      point: pointIn(request.csr),
      serial: Buffer.from(issued.serial.padStart(2 * SERIAL_BYTES, "0"), "hex"),
    },
    issuer: keys.ca,
    chainPem: [certificateToPem(caDer), certificateToPem(rootDer)],
  };
}

/** Points, key identifiers and serials: all that was made by chance. */
function ownBytes(made: { root: Ca; ca: Ca }, keys: { root: SeededKey; ca: SeededKey }) {
  const of = ({ der, certificate }: Ca, { point }: SeededKey, name: string): Replacement[] => [
    [pointIn(der), point],
    [keyIdOf(pointIn(der)), keyIdOf(point)],
    [Buffer.from(certificate.serialNumber.padStart(2 * SERIAL_BYTES, "0"), "hex"), serialFrom(name)],
  ];
  return { root: of(made.root, keys.root, "root"), ca: of(made.ca, keys.ca, "ca") };
}

function pointIn(der: Uint8Array): Uint8Array {
  const at = Buffer.from(der).indexOf(BEFORE_POINT) + BEFORE_POINT.length;
  return Uint8Array.from(der.subarray(at, at + POINT_BYTES));
}

/** By method 1 of RFC 5280, section 4.2.1.2. */
const keyIdOf = (point: Uint8Array): Buffer => createHash("sha1").update(point).digest();

/** Positive, never zero, of 16 bytes. */
export function serialFrom(name: string): Buffer {
  const bytes = createHash("sha256").update(`serial ${name}`).digest().subarray(0, SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes;
}

/** As a certificate has it until 2049 (RFC 5280, section 4.1.2.5.1). */
export const utcTime = (date: Date): Buffer =>
  Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-T:]/g, "")}Z`);

export const lifeOf = (notBefore: Date, notAfter: Date): readonly Replacement[] => [
  [utcTime(NOT_BEFORE), utcTime(notBefore)],
  [utcTime(NOT_AFTER), utcTime(notAfter)],
];
