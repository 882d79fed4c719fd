/** What the acts on certificates read of what a step has fetched, and the check of a chain that both kinds have. */
import { findChainFault } from "../../../shared/certificates/chain.ts";
import { readCsrPublicKey } from "../../../shared/certificates/csr.ts";
import { csrFromPem, pemToDer, splitPem } from "../../../shared/certificates/pem.ts";
import { pinCa } from "../../../shared/certificates/pinned.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { ConfigError, ContractError } from "../../../shared/runtime/errors.ts";
import type { Moment } from "../times.ts";
import type { PrivateFiles } from "./private-files.ts";

/** DER, leaf first. Throws `ConfigError` for a chain that the hand would refuse for the CSR that was checked. */
export async function readCheckedChain(
  desired: DesiredCertificate,
  files: PrivateFiles,
  { now }: Moment,
): Promise<readonly [Uint8Array, ...Uint8Array[]]> {
  const [leaf, ...issuers] = await readPems(files, "chain.pem");
  const pinned = [pinCa([...(await readPems(files, "ca.pem"))])];
  const publicKey = await readRequested(files);
  const chain = [pemToDer(leaf), ...issuers.map(pemToDer)] as const;
  const fault = readable(files.nameOf("chain.pem"), () =>
    findChainFault(chain, { ...desired, pinned, publicKey }, now),
  );
  if (fault === null) return chain;
  throw new ConfigError(
    `this chain is not for ${desired.name}: ${fault.detail}. Nothing was made ready to be used: look at what was signed, by which CA, and for which CSR`,
  );
}

/** The public key of the CSR that is to be signed. */
async function readRequested(files: PrivateFiles): Promise<Uint8Array> {
  const pem = await need(files, "csr.pem");
  return readable(files.nameOf("csr.pem"), () => readCsrPublicKey(csrFromPem(pem)));
}

/** PEM, each of them one certificate, in the file's order. */
async function readPems(files: PrivateFiles, name: string): Promise<readonly [string, ...string[]]> {
  const pem = await need(files, name);
  const [first, ...rest] = readable(files.nameOf(name), () => {
    const pems = splitPem(pem);
    for (const one of pems) pemToDer(one);
    return pems;
  });
  if (first !== undefined) return [first, ...rest];
  throw new ConfigError(`${files.nameOf(name)} holds no certificate: do the step again that writes it`);
}

/** Throws `ConfigError` when a step that comes before was left out. */
export async function need(files: PrivateFiles, name: string): Promise<string> {
  const text = await files.read(name);
  if (text !== null && text.trim() !== "") return text;
  throw new ConfigError(`${files.nameOf(name)} is missing or empty: do the step first that writes it`);
}

/** What the file says as JSON; undefined for a text that is none. */
export async function needJson(files: PrivateFiles, name: string): Promise<unknown> {
  const text = await need(files, name);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What `read` says of a text that it cannot read is told with the file's name. */
export function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new ConfigError(`${file} cannot be read: ${error.message}. Do the step again that writes it`);
  }
}
