/**
 * The certificate policy that the hand gives with every request, and what of a stored one differs from it. A
 * policy given on create replaces the stored one, and the CSR shows only half of it: whether the key can be
 * mounted, is made anew, and who the issuer is stands in the policy alone.
 */
import * as z from "zod";
import { subjectOf } from "./identity.ts";
import { USAGE_OF } from "./oids.ts";
import type { KeyKind } from "./schema.ts";
import type { VaultPolicy } from "./vault.ts";

/** The Secrets Store CSI driver hands out PEM: key, leaf and chain in one file. */
const PEM = "application/x-pem-file";

/** Key Vault's own form of a policy. The CA decides the validity; a value is sent because the field has a minimum. */
export function policyOf({ identity, key, purpose }: VaultPolicy) {
  return {
    issuer: { name: "Unknown" },
    key_props: { exportable: true, reuse_key: false, ...keyProperties(key) },
    secret_props: { contentType: PEM },
    x509_props: {
      subject: subjectOf(identity),
      ...(identity.dnsNames.length === 0 ? {} : { sans: { dns_names: identity.dnsNames } }),
      ekus: [USAGE_OF[purpose]],
      key_usage: ["digitalSignature"],
      validity_months: 1,
    },
  };
}

function keyProperties(key: KeyKind) {
  return key.type === "EC" ? { kty: "EC", crv: key.curve } : { kty: "RSA", key_size: key.size };
}

const StoredPolicy = z.object({
  issuer: z.object({ name: z.string() }),
  key_props: z.object({
    exportable: z.boolean(),
    reuse_key: z.boolean(),
    kty: z.string(),
    crv: z.string().optional(),
    key_size: z.int().optional(),
  }),
  secret_props: z.object({ contentType: z.string() }),
});

/** The faults are words for an operator. A policy in another form is one fault, never none. */
export function comparePolicy(stored: unknown, policy: VaultPolicy): string[] {
  const parsed = StoredPolicy.safeParse(stored);
  if (!parsed.success) return ["the policy is in a form that is not known"];
  const { issuer, key_props, secret_props } = parsed.data;
  const { key } = policy;
  const sameKey =
    key.type === "EC"
      ? key_props.kty === "EC" && key_props.crv === key.curve
      : key_props.kty === "RSA" && key_props.key_size === key.size;
  const faults: [boolean, string][] = [
    [issuer.name !== "Unknown", "its issuer is not Unknown"],
    [!key_props.exportable, "its key cannot be exported, so no pod could mount it"],
    [key_props.reuse_key, "it reuses its key"],
    [!sameKey, "its key is of another kind"],
    [secret_props.contentType !== PEM, "its secret is not PEM"],
  ];
  return faults.filter(([isFault]) => isFault).map(([, words]) => words);
}
