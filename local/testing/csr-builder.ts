/** CSRs of any content, also of such as no tool would make, built from their ASN.1 parts and rightly signed. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as asn from "@peculiar/asn1-x509";

/** Made with `openssl req -new`: another implementation's idea of a CSR. */
export const OPENSSL = {
  // -subj "/CN=bunny.example.com/O=Example", each of the five extensions of a TLS client
  ec256:
    "MIIBdTCCARsCAQAwLjEaMBgGA1UEAwwRYnVubnkuZXhhbXBsZS5jb20xEDAOBgNVBAoMB0V4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASve49GCafA42GmLjKxFvyEsy6JXIcC9e2aokR522KDvnijw9Mv7MbyLqVpSFbUV+/FoQ408xywzJyYhP5Tpqj5oIGKMIGHBgkqhkiG9w0BCQ4xejB4MCcGA1UdEQQgMB6CDWIuZXhhbXBsZS5jb22CDUEuZXhhbXBsZS5jb20wDgYDVR0PAQH/BAQDAgWgMBMGA1UdJQQMMAoGCCsGAQUFBwMCMAkGA1UdEwQCMAAwHQYDVR0OBBYEFBk6pSbvdKT5TeVpzoW3GlI38yhQMAoGCCqGSM49BAMCA0gAMEUCIQD/Z6lhlQDxIU/vOrpP+jflguMFGcBks5dQ9Y307TGswgIgRd//DnfTPu35j/IAdqSG2EAA9njaziQja6HzWmGuO9g=",
  ec384:
    "MIIBFDCBmwIBADAcMRowGAYDVQQDDBFidW5ueS5leGFtcGxlLmNvbTB2MBAGByqGSM49AgEGBSuBBAAiA2IABN7DgWqth3o/G+M/K0vEJHC7YN4i5KP2zQI/euIG6TP/8U5u+PhuvvJBz+ZiuH0IfOktw0n5BQIiO1IbDMgwlBiDIeUx+344MHmv70fmxikj6Hp3k+rl9Zi38wGOaW13FKAAMAoGCCqGSM49BAMDA2gAMGUCMGpWlDV6X6jpS39lNw7l6SQniEdwjPAadhM4nrS+sOMVXXnxlTzE/wKHwlFQ1+UQkwIxAOxmtueLegPKex9uVCgxA27PpDO2EmAYRlyiV67i4i4ogI0zmDB6snLSUOz1SwjeoQ==",
  // -sigopt rsa_padding_mode:pss
  pss: "MIIChjCCATkCAQAwDDEKMAgGA1UEAwwBYjCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBALy2+BubD1Ycgl31CSnmiodmJq+1ZLiJ8RS9N+GaZNjTuG0uL7dMJyO8MzoJWYhtQ6/m+JlMC3iqCGuO8ytg1VwK5ny1fRA1Sfb4MwtYQwPeNDIJaDp+jxEl8KI/CLJ1S8smFwLzYZ4OKogNKYs+5CX5+eqZWfTI4/Lg/c1PHQ/f5ezdTha/Ol+rDxO4713SOy4y4Vlp7xFR5GRdoYMfwWpmD64qOheyRt3GND6Yppz9P1HkICV9qPPTJeW48yq2EuxQhEIKOM8oaMgzKC6VS/oA/7J8mjwoEslTP+mEsNpy/6zLcCVff2nJyzukCgNCCbon3VNlW37DD+Ov38ht6iECAwEAAaAAMEIGCSqGSIb3DQEBCjA1oA8wDQYJYIZIAWUDBAIBBQChHDAaBgkqhkiG9w0BAQgwDQYJYIZIAWUDBAIBBQCiBAICAN4DggEBAIbWQdlAHKxzUkyr21Q8oW0gXrHSVgqb0qIVsVL2lP/JamSvHigs5MsPed0HYLeycFOTVB4p3YD//EW3BZv/6Wd7Og/ShQd00DyRxqbim51qndBbdPA0RoEdnu7fElKnvypEHlsKNFX1264HQSCbgjIzCU9804nIEpdY8Omq08aI7paw94SdZfU7UUBDHrArF7MDbuZENkc/8rirz9A7+vP71LMi7NR93AVLwazLLCENpL+7O5Z0vT5hQG4hNnE1KCTDFBvi1t+RduQaCOFOzLc3iqfCXkz5sGI5s4+26egS+o8HuBVT6AYoIC5bH0K2TBtHLzpN4kJmgn0xYguvrIU=",
};
export const der = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

export const ECDSA_SHA256 = "1.2.840.10045.4.3.2";
export const RSA_SHA256 = "1.2.840.113549.1.1.11";
export const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const text = (value: string) => new asn.AttributeValue({ utf8String: value });
export const attribute = (type: string, value: asn.AttributeValue) =>
  new asn.AttributeTypeAndValue({ type, value });
export const cn = attribute("2.5.4.3", text("bunny.example.com"));
export const part = (...values: asn.AttributeTypeAndValue[]) => new asn.RelativeDistinguishedName(values);
export const dns = (name: string) => new asn.GeneralName({ dNSName: name });
export const san = (...names: asn.GeneralName[]) =>
  extension("2.5.29.17", new asn.SubjectAlternativeName(names));
export const extension = (extnID: string, value: object) =>
  new asn.Extension({ extnID, extnValue: new OctetString(AsnConvert.serialize(value)) });

export interface CsrParts {
  readonly keys?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  readonly algorithm?: string;
  readonly hash?: string;
  readonly version?: number;
  readonly subject?: asn.RelativeDistinguishedName[];
  readonly extensions?: asn.Extension[];
  readonly attributes?: asn.Attribute[];
}

export const requested = (extensions: asn.Extension[]) =>
  new asn.Attribute({
    type: "1.2.840.113549.1.9.14",
    values: [AsnConvert.serialize(new asn.Extensions(extensions))],
  });

/** A CSR of any content, rightly signed by its key: only what it asks for may be wrong. */
export function buildCsr(parts: CsrParts): Uint8Array {
  const keys = parts.keys ?? ec;
  const info = new CertificationRequestInfo({
    version: parts.version ?? 0,
    subject: new asn.Name(parts.subject ?? [part(cn)]),
    subjectPKInfo: AsnConvert.parse(
      keys.publicKey.export({ type: "spki", format: "der" }),
      asn.SubjectPublicKeyInfo,
    ),
    attributes: new Attributes(parts.attributes ?? [requested(parts.extensions ?? [])]),
  });
  const signature = sign(parts.hash ?? "sha256", Buffer.from(AsnConvert.serialize(info)), keys.privateKey);
  const signatureAlgorithm = new asn.AlgorithmIdentifier({ algorithm: parts.algorithm ?? ECDSA_SHA256 });
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm,
    signature: Uint8Array.from(signature).buffer,
  });
  return new Uint8Array(AsnConvert.serialize(request));
}
