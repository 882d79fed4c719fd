/**
 * The trust bundle: the CAs whose leaves relay and bunny accept, and the serials that they accept no longer. One
 * document for both sides; canonical after parsing, so that one content has one version, wherever it is read.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { Digest, InstantSchema, Serial } from "../certificates/schema.ts";
import { compareText } from "../runtime/compare-text.ts";

/** The SHA-256 of the issuing CA's own certificate (DER), lower-case hexadecimal. */
export const CaId = Digest;
export type CaId = z.infer<typeof CaId>;

/** The CAs of a link, and those that were its CAs a while ago. */
export const AUTHORITIES_MAX = 8;
export const PEM_MAX = 16_384;
export const REVOKED_MAX = 200;
/**
 * Of the bundle's text. Below what a secret of Key Vault can hold, which is 25 KB
 * (https://learn.microsoft.com/azure/key-vault/secrets/about-secrets); one of Secrets Manager holds more.
 */
export const BUNDLE_BYTES_MAX = 24_576;

/**
 * One bound for whoever writes and whoever loads: a bundle with a higher number is none, and so keeps nobody from the
 * next one.
 */
export const NUMBER_MAX = 1_000_000_000;
/**
 * Whoever has loaded a bundle loads none of a lower number, so a number near the end of all numbers would be the last.
 * So nobody takes one that is so far above their own; who has missed some is behind by far less.
 */
export const NUMBER_STEP_MAX = 10_000;

const BundleNumber = z.int().positive().max(NUMBER_MAX);

export const Authority = z.strictObject({
  id: CaId,
  /** The number of the bundle from which on every one has held it, with this very text. */
  since: BundleNumber,
  notAfter: InstantSchema,
  /** From then on nothing is issued from it; leaves that it has issued are accepted as before. */
  closedAt: InstantSchema.nullable(),
  /** The issuing CA first, then its parents up to the root. */
  pem: z.string().max(PEM_MAX),
});
export type Authority = z.infer<typeof Authority>;

export const RevokedSerial = z.strictObject({
  serial: Serial,
  /** When the leaf ends by itself: afterwards its date refuses it, and it needs no place here. */
  until: InstantSchema,
});
export type RevokedSerial = z.infer<typeof RevokedSerial>;

const content = {
  /** Grows with each content. Whoever has loaded one loads none with a lower number. */
  number: BundleNumber,
  authorities: z
    .array(Authority)
    .min(1, "a trust bundle has at least one CA: nobody would be let in")
    .max(AUTHORITIES_MAX)
    .transform((list) => list.toSorted((one, other) => compareText(one.id, other.id)))
    .refine((list) => isUnique(list.map(({ id }) => id)), "a trust bundle names a CA once"),
  revoked: z
    .array(RevokedSerial)
    .max(REVOKED_MAX)
    .transform((list) => list.toSorted((one, other) => compareText(one.serial, other.serial)))
    .refine((list) => isUnique(list.map(({ serial }) => serial)), "a trust bundle names a serial once"),
};

const BundleContent = z.strictObject(content);
export type BundleContent = z.infer<typeof BundleContent>;

export const TrustBundle = z
  .strictObject({ kind: z.literal("trust-bundle"), version: z.string(), ...content })
  .refine(
    ({ kind: _, version, ...rest }) => version === versionOf(rest),
    "the version is not that of the content: the bundle was changed by hand, or cut off",
  );
export type TrustBundle = z.infer<typeof TrustBundle>;

/** Throws zod's error for a content that no bundle can have. */
export function toBundle(written: BundleContent): TrustBundle {
  const canonical = BundleContent.parse(written);
  return { kind: "trust-bundle", version: versionOf(canonical), ...canonical };
}

const VERSION = /^([1-9]\d{0,9})-([0-9a-f]{16})$/;

/** The number of a version as a workload logs it; null when it is none of ours. */
export function readVersion(version: string): { readonly number: number } | null {
  const [, number] = VERSION.exec(version) ?? [];
  return number === undefined || Number(number) > NUMBER_MAX ? null : { number: Number(number) };
}

/** The number says which is the later one, the digest that two of one number are not the same. */
function versionOf({ number, authorities, revoked }: BundleContent): string {
  // Each field by name and in one order: another writer's order of keys is no other version.
  const text = JSON.stringify([
    number,
    authorities.map(({ id, since, notAfter, closedAt, pem }) => [id, since, notAfter, closedAt, pem]),
    revoked.map(({ serial, until }) => [serial, until]),
  ]);
  return `${number}-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
}

const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;
