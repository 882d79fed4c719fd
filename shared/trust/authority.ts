/** A CA of the link as the bundle carries it, read from its certificates. */
import { createHash, X509Certificate } from "node:crypto";
import { isIssuedBy } from "../certificates/chain.ts";
import { certificateToPem, pemToDer, splitPem } from "../certificates/pem.ts";
import { readCertificate } from "../certificates/x509.ts";
import { ContractError } from "../runtime/errors.ts";
import { type Authority, PEM_MAX } from "./schema.ts";

export type CaFacts = Pick<Authority, "id" | "notAfter" | "pem">;

/**
 * `pem` is the issuing CA first, then its parents. The text is written anew, so that line ends and words around the
 * certificates make no difference. Throws `ContractError` for anything but CAs, each issued by the next; dates are
 * not judged.
 */
export function readAuthority(pem: string): CaFacts {
  const ders = splitPem(pem).map(pemToDer);
  const [issuing] = ders;
  if (issuing === undefined) throw new ContractError("a CA of the trust bundle has no certificate");
  ders.forEach((der, index) => {
    const parent = ders[index + 1];
    if (!isCa(der))
      throw new ContractError(`certificate ${index + 1} of a CA's chain is no CA's: take it out`);
    if (parent !== undefined && !isIssuedBy(der, parent))
      throw new ContractError(`certificate ${index + 1} of a CA's chain is not issued by the next: order it`);
  });
  const text = ders.map(certificateToPem).join("");
  if (text.length > PEM_MAX)
    throw new ContractError(
      `a CA's chain has over ${PEM_MAX} characters: take one with fewer or shorter parents`,
    );
  return {
    id: createHash("sha256").update(issuing).digest("hex"),
    // A chain is accepted no longer than each of its parts.
    notAfter: Math.min(...ders.map((der) => readCertificate(der).notAfter)),
    pem: text,
  };
}

function isCa(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).ca;
  } catch {
    // The constructor throws OpenSSL's errors for nothing but input that it cannot read.
    return false;
  }
}
