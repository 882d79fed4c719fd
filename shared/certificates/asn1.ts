/**
 * The parts that CSRs and certificates share, read from DER. Whatever a reader cannot express as a fact is
 * named as an extra: nothing is passed over in silence, because silence would let it be signed.
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  type AttributeTypeAndValue,
  type Extension,
  type Name,
  SubjectAlternativeName,
} from "@peculiar/asn1-x509";
import { ContractError } from "../runtime/errors.ts";
import { COMMON_NAME, ORGANIZATION } from "./oids.ts";
import type { KeyKind } from "./schema.ts";

/** Far above any CSR or certificate with 100 names, far below what could keep a parser busy. */
const DER_MAX_BYTES = 32_768;

type Schema<T> = new () => T;

/** Reads one value; DER must be all of `bytes`, and in strict mode the only way to write what was read. */
export function readDer<T>(
  bytes: Uint8Array,
  schema: Schema<T>,
  mode: "strict" | "lenient",
  what: string,
): T {
  if (bytes.length > DER_MAX_BYTES) throw new ContractError(`${what} has over ${DER_MAX_BYTES} bytes`);
  const value = parseOrNull(bytes, schema);
  if (value === null) throw new ContractError(`${what} is not DER of its kind`);
  if (mode === "strict" && !Buffer.from(AsnConvert.serialize(value)).equals(bytes)) {
    // Otherwise two parsers could read two things from it: we check the one, and the CA signs the other.
    throw new ContractError(`${what} is not canonical DER, or bytes follow it`);
  }
  return value;
}

function parseOrNull<T>(bytes: Uint8Array, schema: Schema<T>): T | null {
  try {
    return AsnConvert.parse(Uint8Array.from(bytes).buffer, schema);
  } catch {
    // The parser throws plain errors for nothing but input that it cannot read.
    return null;
  }
}

export interface Subject {
  /** Empty when the subject has none, or not exactly one. */
  readonly commonName: string;
  readonly organization?: string;
  readonly extras: readonly string[];
}

/** The common name and the organization, each alone in its part of the name, as UTF8 or printable text. */
export function readSubject(name: Name): Subject {
  const extras = name.some((part) => part.length !== 1) ? ["subject part with several values"] : [];
  const attributes = name.flatMap((part) => [...part]);
  const other = attributes.filter(({ type }) => type !== COMMON_NAME && type !== ORGANIZATION);
  extras.push(...other.map(({ type }) => `subject attribute ${type}`));
  const commonName = readOne(attributes, COMMON_NAME, extras);
  const organization = readOne(attributes, ORGANIZATION, extras);
  return { commonName: commonName ?? "", ...(organization === undefined ? {} : { organization }), extras };
}

function readOne(
  attributes: readonly AttributeTypeAndValue[],
  type: string,
  extras: string[],
): string | undefined {
  const [first, ...more] = attributes.filter((attribute) => attribute.type === type);
  if (first === undefined) return undefined;
  if (more.length > 0) {
    extras.push(`subject attribute ${type} more than once`);
    return "";
  }
  const text = first.value.utf8String ?? first.value.printableString;
  if (text === undefined) extras.push(`subject attribute ${type} in an unusual encoding`);
  return text ?? "";
}

export interface DnsNames {
  readonly dnsNames: readonly string[];
  readonly extras: readonly string[];
}

/** The DNS names of a SAN extension, sorted and in lower case; every other kind of name is an extra. */
export function readDnsNames(extension: Extension, mode: "strict" | "lenient"): DnsNames {
  const names = readDer(new Uint8Array(extension.extnValue.buffer), SubjectAlternativeName, mode, "a SAN");
  const dnsNames = names.flatMap(({ dNSName }) => (dNSName === undefined ? [] : [dNSName.toLowerCase()]));
  const others = names.filter(({ dNSName }) => dNSName === undefined).map(kindOf);
  return {
    dnsNames: dnsNames.toSorted(),
    extras: others.map((kind) => `subject alternative name of kind ${kind}`),
  };
}

/** The alternative that a CHOICE holds; the others are there too, but undefined. */
const kindOf = (choice: object): string =>
  Object.entries(choice).find(([, value]) => value !== undefined)?.[0] ?? "unknown";

/** The public key of a SubjectPublicKeyInfo. Throws `ContractError` when OpenSSL cannot read it. */
export function readPublicKey(spki: Uint8Array, what: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  } catch {
    throw new ContractError(`${what} carries a public key that cannot be read`);
  }
}

const CURVES: ReadonlyMap<string | undefined, KeyKind> = new Map([
  ["prime256v1", { type: "EC", curve: "P-256" }],
  ["secp384r1", { type: "EC", curve: "P-384" }],
]);
const RSA_SIZES = [2048, 3072, 4096] as const;
const RSA_EXPONENT = 65_537n;

/** What kind of key it is, or "other" for any that a link cannot declare. */
export function keyKindOf(key: KeyObject): KeyKind | "other" {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === "ec") return CURVES.get(details?.namedCurve) ?? "other";
  if (key.asymmetricKeyType !== "rsa" || details?.publicExponent !== RSA_EXPONENT) return "other";
  const size = RSA_SIZES.find((bits) => bits === details.modulusLength);
  return size === undefined ? "other" : { type: "RSA", size };
}
