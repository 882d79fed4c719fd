/**
 * A certificate policy as a vault stores it, and the CSR that it makes from one: key usage (critical), extended
 * key usage and basic constraints "not a CA" always among what is asked for, in one extension request.
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import * as z from "zod";
import { type KeyAlgorithm, makeCsr } from "../testing/certificates.ts";

/** The vault's own form, completed with what it adds by itself. */
export type StoredPolicy = Readonly<Record<string, unknown>>;

export interface MadeRequest {
  /** DER. */
  readonly csr: Uint8Array;
  readonly privateKeyPem: string;
}

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

const WirePolicy = z.object({
  issuer: z.object({ name: z.string() }).prefault({ name: "Unknown" }),
  key_props: z
    .object({
      exportable: z.boolean().default(true),
      kty: z.enum(["EC", "RSA"]).default("RSA"),
      crv: z.enum(["P-256", "P-384"]).optional(),
      key_size: z.int().optional(),
      reuse_key: z.boolean().default(false),
    })
    .prefault({}),
  secret_props: z.object({ contentType: z.string() }).prefault({ contentType: "application/x-pkcs12" }),
  x509_props: z.object({
    subject: z.string(),
    sans: z.object({ dns_names: z.array(z.string()).optional() }).default({}),
    ekus: z.array(z.string()).default([SERVER_AUTH, CLIENT_AUTH]),
    key_usage: z.array(z.string()).default(["digitalSignature", "keyEncipherment"]),
    validity_months: z.int().default(12),
  }),
});
type WirePolicy = z.infer<typeof WirePolicy>;

/** What was given with a create, and the vault's defaults for the rest. */
export function storedPolicy(given: unknown): StoredPolicy {
  const policy = WirePolicy.parse(given);
  return { ...policy, x509_props: { ...policy.x509_props, basic_constraints: { ca: false } } };
}

export async function makeRequest(stored: StoredPolicy): Promise<MadeRequest> {
  const policy = WirePolicy.parse(stored);
  const { subject, sans, ekus, key_usage } = policy.x509_props;
  const [organization] = valuesOf(subject, "O");
  const made = await makeCsr({
    commonName: valuesOf(subject, "CN")[0] ?? "",
    ...(organization === undefined ? {} : { organization }),
    dnsNames: sans.dns_names ?? [],
    algorithm: algorithmOf(policy),
    extensions: [
      new x509.KeyUsagesExtension(flagsOf(key_usage), true),
      new x509.ExtendedKeyUsageExtension(ekus),
      new x509.BasicConstraintsExtension(false),
    ],
  });
  return { csr: made.der, privateKeyPem: made.privateKeyPem };
}

function valuesOf(subject: string, type: string): string[] {
  const parts = subject.split(",").map((part) => part.trim().split("="));
  return parts.flatMap(([name, value]) =>
    name?.toUpperCase() === type && value !== undefined ? [value] : [],
  );
}

function algorithmOf({ key_props }: WirePolicy): KeyAlgorithm {
  if (key_props.kty === "EC") return key_props.crv ?? "P-256";
  if (key_props.key_size === 3072) return "RSA-3072";
  return key_props.key_size === 4096 ? "RSA-4096" : "RSA-2048";
}

function flagsOf(usages: readonly string[]): x509.KeyUsageFlags {
  const digitalSignature = usages.includes("digitalSignature") ? x509.KeyUsageFlags.digitalSignature : 0;
  const keyEncipherment = usages.includes("keyEncipherment") ? x509.KeyUsageFlags.keyEncipherment : 0;
  return digitalSignature | keyEncipherment;
}
