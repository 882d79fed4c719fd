/**
 * What is done offline when relay's certificate is renewed by hand: its key and CSR, the check that the hand makes of a
 * chain, and the secret's value in the form that relay and Warrener read. The key goes from file to file, and never to
 * the terminal, a command's arguments or a shell's history.
 */
import { makeCsr } from "../../../shared/certificates/make-csr.ts";
import { csrToPem } from "../../../shared/certificates/pem.ts";
import type { DesiredCertificate } from "../../../shared/certificates/plan.ts";
import { parseVersion, writeVersion } from "../../../shared/certificates/stored-version.ts";
import { readCertificate } from "../../../shared/certificates/x509.ts";
import { ConfigError } from "../../../shared/runtime/errors.ts";
import { Secret } from "../../../shared/runtime/secret.ts";
import { type Moment, sayInstantAndDistance } from "../times.ts";
import { need, readCheckedChain } from "./certificate-files.ts";
import type { Done } from "./done.ts";
import type { PrivateFiles } from "./private-files.ts";
import { openKey } from "./relay-key-policy.ts";
import { checkReplicas } from "./relay-replicas.ts";

export const RELAY_ACTS = ["make-csr", "check-chain", "open-key", "check-loaded", "check-served"] as const;
export type RelayAct = (typeof RELAY_ACTS)[number];

export interface RelayScene {
  readonly desired: DesiredCertificate;
  /** The secret that it is kept in. */
  readonly secretName: string;
  readonly logGroup: string;
}

/** Throws `ConfigError` with what to do, and leaves nothing behind then that could be put into the secret. */
export async function actOnRelay(
  act: RelayAct,
  { desired, secretName, logGroup }: RelayScene,
  files: PrivateFiles,
  moment: Moment,
): Promise<Done> {
  switch (act) {
    case "make-csr":
      return await makeRequest(desired, files);
    case "check-chain":
      await files.remove("value.json");
      return await checkChain(desired, files, moment);
    case "open-key":
      return await openKey(secretName, files);
    case "check-loaded":
      return await checkReplicas("loaded", logGroup, files, moment);
    case "check-served":
      return await checkReplicas("served", logGroup, files, moment);
  }
}

async function makeRequest(desired: DesiredCertificate, files: PrivateFiles): Promise<Done> {
  // A certificate may have been signed for it: with a second key, nobody would know which it is for.
  if ((await files.read("key.pem")) !== null) {
    throw new ConfigError(
      `${files.nameOf("key.pem")} is there already: go on with it, or begin anew by removing the folder`,
    );
  }
  const { csr, privateKey } = await makeCsr(desired);
  await files.write("csr.pem", csrToPem(csr));
  // Last: whoever finds it finds the CSR.
  await files.write("key.pem", privateKey.unwrap());
  const [key, file] = [files.nameOf("key.pem"), files.nameOf("csr.pem")];
  const { commonName } = desired.identity;
  const lines = [`A new key for ${commonName} is in ${key}, for you alone to read. ${file} may be signed.`];
  return { lines, json: { file, key } };
}

async function checkChain(desired: DesiredCertificate, files: PrivateFiles, moment: Moment): Promise<Done> {
  const chain = await readCheckedChain(desired, files, moment);
  const privateKey = new Secret(await need(files, "key.pem"));
  const value = writeVersion({ kind: "certificate", privateKey, chain });
  // As relay and Warrener will read it: that the key is the certificate's is known before anybody else has it.
  if (parseVersion(value) === null) {
    throw new ConfigError(
      `${files.nameOf("key.pem")} is not the key of this certificate. Nothing was made ready to be used: begin anew by removing the folder`,
    );
  }
  const { serial, notAfter } = readCertificate(chain[0]);
  await files.write("serial", `${serial}\n`);
  await files.write("value.json", value.unwrap());
  const file = files.nameOf("value.json");
  const ends = sayInstantAndDistance(notAfter, moment);
  const lines = [
    `It is for ${desired.name}, has the serial ${serial} and ends ${ends}. ${file}, with its key, may be put into the secret.`,
  ];
  return { lines, json: { file, serial, notAfter } };
}
