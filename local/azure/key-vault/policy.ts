/**
 * A certificate's policy: parsed once from the wire, completed with the service's defaults, and shown in the
 * service's words. Defaults are those of a recorded policy that was created from a subject alone.
 */
import * as z from "zod";
import { NotSupported } from "../../network/json-listener.ts";
import { badParameter } from "./operations.ts";
import { parseSubject } from "./subject.ts";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const DEFAULT_LIFETIME_ACTION = {
  trigger: { lifetime_percentage: 80 },
  action: { action_type: "EmailContacts" },
};

export const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

const Names = z.array(z.string()).min(1).optional();

export const SubjectAlternativeNames = z.object({
  dns_names: Names,
  emails: Names,
  upns: Names,
  uris: Names,
  ip_addresses: Names,
});
export type SubjectAlternativeNames = z.infer<typeof SubjectAlternativeNames>;

export const WirePolicy = z.object({
  key_props: z
    .object({
      exportable: z.boolean().default(true),
      kty: z.string().default("RSA"),
      key_size: z.int().optional(),
      crv: z.string().optional(),
      reuse_key: z.boolean().default(false),
    })
    .prefault({}),
  secret_props: z
    .object({
      contentType: z.enum(["application/x-pem-file", "application/x-pkcs12"]).default("application/x-pkcs12"),
    })
    .prefault({}),
  x509_props: z
    .object({
      subject: z.string().default(""),
      sans: SubjectAlternativeNames.default({}),
      ekus: z
        .array(z.string().regex(/^\d+(\.\d+)+$/, "an EKU is an OID"))
        .default([SERVER_AUTH, CLIENT_AUTH]),
      key_usage: z.array(z.enum(KEY_USAGES)).default(["digitalSignature", "keyEncipherment"]),
      validity_months: z.int().min(1).default(12),
    })
    .prefault({}),
  lifetime_actions: z.array(z.unknown()).default([DEFAULT_LIFETIME_ACTION]),
  /** "Set the name of the issuer to "Unknown" or do not specify the issuer field" for a CA of one's own. */
  issuer: z
    .object({
      name: z.string().default("Unknown"),
      cty: z.string().optional(),
      cert_transparency: z.boolean().optional(),
    })
    .prefault({}),
});
export type WirePolicy = z.infer<typeof WirePolicy>;

export type KeySpec =
  | { readonly kty: "EC"; readonly crv: "P-256" | "P-384" | "P-521" }
  | { readonly kty: "RSA"; readonly size: 2048 | 3072 | 4096 };

export interface Policy {
  readonly wire: WirePolicy;
  readonly key: KeySpec;
}

/** Throws what the service answers to a policy that it does not take. */
export function parsePolicy(input: unknown): Policy {
  const parsed = WirePolicy.safeParse(input);
  if (!parsed.success) {
    const fault = parsed.error.issues[0];
    throw badParameter(`Property policy.${fault?.path.join(".")} has invalid value: ${fault?.message}`);
  }
  const { subject, sans } = parsed.data.x509_props;
  if (subject === "" && Object.values(sans).every((names) => names === undefined)) {
    throw badParameter("Property policy.x509_props has invalid value: subject or sans must be given");
  }
  parseSubject(subject);
  return { wire: parsed.data, key: parseKeySpec(parsed.data.key_props) };
}

function parseKeySpec(props: WirePolicy["key_props"]): KeySpec {
  switch (props.kty) {
    case "EC":
      return { kty: "EC", crv: parseCurve(props.crv ?? "P-256") };
    case "RSA":
      return { kty: "RSA", size: parseSize(props.key_size ?? 2048) };
    case "RSA-HSM":
    case "EC-HSM":
      throw new NotSupported(`CreateCertificate with key type ${props.kty}`);
    default:
      throw badParameter(`Property policy.key_props.kty has invalid value: ${props.kty}`);
  }
}

function parseCurve(curve: string): "P-256" | "P-384" | "P-521" {
  if (curve === "P-256" || curve === "P-384" || curve === "P-521") return curve;
  if (curve === "P-256K") throw new NotSupported("CreateCertificate with curve P-256K");
  throw badParameter(`Property policy.key_props.crv has invalid value: ${curve}`);
}

function parseSize(size: number): 2048 | 3072 | 4096 {
  if (size === 2048 || size === 3072 || size === 4096) return size;
  throw badParameter(`Property policy.key_props.key_size has invalid value: ${size}`);
}
