/**
 * Makes a key pair and its CSR, for the one certificate whose vault cannot: Secrets Manager only keeps what it is
 * given. The private key leaves this file as a `Secret`, and is unwrapped only where it goes into the vault.
 */
import { generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as asn from "@peculiar/asn1-x509";
import { Secret } from "../runtime/secret.ts";
import {
  COMMON_NAME,
  EXTENDED_KEY_USAGE,
  EXTENSION_REQUEST,
  KEY_USAGE,
  ORGANIZATION,
  SUBJECT_ALTERNATIVE_NAME,
  USAGE_OF,
} from "./oids.ts";
import type { Identity, KeyKind, Purpose } from "./schema.ts";
import type { VaultPolicy } from "./vault.ts";

export interface MadeCsr {
  /** DER. */
  readonly csr: Uint8Array;
  /** PKCS#8 in PEM. */
  readonly privateKey: Secret;
}

export async function makeCsr({ identity, key, purpose }: VaultPolicy): Promise<MadeCsr> {
  const { publicKey, privateKey } = await makeKeys(key);
  const info = new CertificationRequestInfo({
    version: 0,
    subject: nameOf(identity),
    subjectPKInfo: AsnConvert.parse(
      publicKey.export({ type: "spki", format: "der" }),
      asn.SubjectPublicKeyInfo,
    ),
    attributes: new Attributes([
      new asn.Attribute({
        type: EXTENSION_REQUEST,
        values: [AsnConvert.serialize(new asn.Extensions(extensionsOf(identity, purpose)))],
      }),
    ]),
  });
  const { hash, algorithm } = signatureOf(key);
  const signature = sign(hash, Buffer.from(AsnConvert.serialize(info)), privateKey);
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: algorithm,
    signature: Uint8Array.from(signature).buffer,
  });
  return {
    csr: new Uint8Array(AsnConvert.serialize(request)),
    privateKey: new Secret(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
  };
}

/** Not the synchronous form: an RSA key takes seconds, and the function has other calls under way. */
const generate = promisify(generateKeyPair);

function makeKeys(key: KeyKind): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return key.type === "EC"
    ? generate("ec", { namedCurve: key.curve })
    : generate("rsa", { modulusLength: key.size, publicExponent: 65_537 });
}

/** As strong as the key (RFC 5758, RFC 8017); ECDSA has no parameters, RSA has a NULL there. */
function signatureOf(key: KeyKind): { readonly hash: string; readonly algorithm: asn.AlgorithmIdentifier } {
  if (key.type === "RSA") {
    const rsa = { algorithm: "1.2.840.113549.1.1.11", parameters: ASN1_NULL };
    return { hash: "sha256", algorithm: new asn.AlgorithmIdentifier(rsa) };
  }
  return key.curve === "P-256"
    ? { hash: "sha256", algorithm: new asn.AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" }) }
    : { hash: "sha384", algorithm: new asn.AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.3" }) };
}
const ASN1_NULL = new Uint8Array([5, 0]).buffer;

function nameOf({ commonName, organization }: Identity): asn.Name {
  const part = (type: string, text: string) =>
    new asn.RelativeDistinguishedName([
      new asn.AttributeTypeAndValue({ type, value: new asn.AttributeValue({ utf8String: text }) }),
    ]);
  return new asn.Name([
    part(COMMON_NAME, commonName),
    ...(organization === undefined ? [] : [part(ORGANIZATION, organization)]),
  ]);
}

function extensionsOf({ dnsNames }: Identity, purpose: Purpose): asn.Extension[] {
  const names = dnsNames.map((dNSName) => new asn.GeneralName({ dNSName }));
  return [
    // An empty list of names is not one (RFC 5280, 4.2.1.6).
    ...(names.length === 0
      ? []
      : [extension(SUBJECT_ALTERNATIVE_NAME, false, new asn.SubjectAlternativeName(names))]),
    extension(KEY_USAGE, true, new asn.KeyUsage(asn.KeyUsageFlags.digitalSignature)),
    extension(EXTENDED_KEY_USAGE, false, new asn.ExtendedKeyUsage([USAGE_OF[purpose]])),
  ];
}

const extension = (extnID: string, critical: boolean, value: object): asn.Extension =>
  new asn.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
