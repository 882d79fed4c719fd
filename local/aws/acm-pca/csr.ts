/** Reads a certificate signing request as the service does: PEM text, signed by its own key, with a name. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { Refusal } from "../../stand-in/operations.ts";

const armour =
  /^\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----[^-]+-----END (?:NEW )?CERTIFICATE REQUEST-----\s*$/;
const subjectAlternativeName = "2.5.29.17";

export interface Csr {
  readonly subject: x509.Name;
  readonly publicKey: x509.PublicKey;
  readonly alternativeNames: x509.Extension | undefined;
}

/** Throws `Refusal` MalformedCSRException. */
export async function parseCsr(bytes: Buffer): Promise<Csr> {
  const text = bytes.toString("latin1");
  if (!armour.test(text)) throw malformed("the CSR is not one PEM-encoded certificate signing request");
  const request = decode(text);
  if (!(await isSelfSigned(request))) throw malformed("the CSR is not signed by the key that it carries");
  const alternativeNames = request.getExtension(subjectAlternativeName) ?? undefined;
  if (request.subjectName.toJSON().length === 0 && alternativeNames === undefined) {
    throw malformed("the CSR has neither a subject name nor a subject alternative name");
  }
  return { subject: request.subjectName, publicKey: request.publicKey, alternativeNames };
}

function decode(text: string): x509.Pkcs10CertificateRequest {
  try {
    return new x509.Pkcs10CertificateRequest(text);
  } catch {
    throw malformed("the CSR cannot be decoded");
  }
}

/** A key or a signature of a kind that cannot be verified is refused like one that is wrong. */
async function isSelfSigned(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    return false;
  }
}

const malformed = (message: string) => new Refusal(400, "MalformedCSRException", message);
