/**
 * What is done offline when a bunny's certificate is renewed by hand: the policy that its vault is asked with, and the
 * checks that both halves of Warrener make. A CSR that the link does not ask for is never made ready to be signed,
 * and a chain that the hand would refuse never to be merged.
 */
import { usagePattern } from "../../../shared/certificates/aws-usage.ts";
import { policyOf } from "../../../shared/certificates/azure-policy.ts";
import { readCsr } from "../../../shared/certificates/csr.ts";
import { checkCsr } from "../../../shared/certificates/match.ts";
import { csrToPem } from "../../../shared/certificates/pem.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { readCertificate } from "../../../shared/certificates/x509.ts";
import { ConfigError, ContractError } from "../../../shared/runtime/errors.ts";
import { type Moment, sayInstantAndDistance } from "../times.ts";
import { sayDropReason } from "../words.ts";
import { need, readable, readCheckedChain } from "./certificate-files.ts";
import type { Done } from "./done.ts";
import type { PrivateFiles } from "./private-files.ts";

export const CERTIFICATE_ACTS = ["policy", "check-csr", "check-chain"] as const;
export type CertificateAct = (typeof CERTIFICATE_ACTS)[number];

/** Throws `ConfigError` with what to do, and leaves nothing behind then that could be signed or merged. */
export async function actOnCertificate(
  act: CertificateAct,
  desired: DesiredCertificate,
  files: PrivateFiles,
  moment: Moment,
): Promise<Done> {
  switch (act) {
    case "policy":
      return await writePolicy(desired, files);
    case "check-csr":
      await files.remove("csr.pem");
      return await checkRequest(desired, files);
    case "check-chain":
      await files.remove("merge.json");
      return await checkChain(desired, files, moment);
  }
}

async function writePolicy(desired: DesiredCertificate, files: PrivateFiles): Promise<Done> {
  const { identity, key, purpose } = desired;
  await files.write("create.json", `${JSON.stringify({ policy: policyOf({ identity, key, purpose }) })}\n`);
  const file = files.nameOf("create.json");
  return { lines: [`${file} holds what the vault is asked for.`], json: { file } };
}

async function checkRequest(desired: DesiredCertificate, files: PrivateFiles): Promise<Done> {
  const text = await need(files, "csr.b64");
  const [csr, facts] = readable(files.nameOf("csr.b64"), () => {
    const der = fromBase64(text.trim());
    return [der, readCsr(der, desired.purpose)] as const;
  });
  const faults = checkCsr(facts, desired);
  if (faults.length > 0) {
    const why = faults.map((fault) => sayDropReason(fault)).join("; ");
    const extras = facts.extras.length === 0 ? "" : ` (${facts.extras.join(", ")})`;
    throw new ConfigError(
      `this CSR is not what the link asks for ${desired.name}: ${why}${extras}. Nothing was made ready to be signed: drop the request, and have the vault make another`,
    );
  }
  await files.write("csr.pem", csrToPem(csr));
  const file = files.nameOf("csr.pem");
  const { commonName } = facts.identity;
  const lines = [`It asks for ${commonName} as the link does, and for nothing more. ${file} may be signed.`];
  return { lines, json: { file, digest: facts.digest, identity: facts.identity } };
}

async function checkChain(desired: DesiredCertificate, files: PrivateFiles, moment: Moment): Promise<Done> {
  const chain = await readCheckedChain(desired, files, moment);
  return await writeMerge(desired, chain, files, moment);
}

async function writeMerge(
  { name }: DesiredCertificate,
  chain: readonly [Uint8Array, ...Uint8Array[]],
  files: PrivateFiles,
  moment: Moment,
): Promise<Done> {
  const { serial, notAfter } = readCertificate(chain[0]);
  await files.write("pattern", usagePattern(serial));
  const x5c = chain.map((der) => Buffer.from(der).toString("base64"));
  await files.write("merge.json", `${JSON.stringify({ x5c })}\n`);
  const file = files.nameOf("merge.json");
  const ends = sayInstantAndDistance(notAfter, moment);
  const lines = [`It is for ${name}, has the serial ${serial} and ends ${ends}. ${file} may be merged.`];
  return { lines, json: { file, serial, notAfter } };
}

/** Node reads on past what is no base64; only what it writes the same way again was read in full. */
function fromBase64(text: string): Uint8Array {
  const der = Buffer.from(text, "base64");
  if (der.length === 0 || der.toString("base64") !== text) throw new ContractError("it is not base64");
  return der;
}
