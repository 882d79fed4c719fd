/** The one certificate that the crash matrix is about, in the running stack, and what a person can do to it. */

import { csrToPem } from "../../shared/certificates/pem.ts";
import type { LinkCertificate } from "../../shared/link/schema.ts";
import { issueCertificate } from "../aws/acm-pca/issuing.ts";
import { mergeCertificate } from "../azure/key-vault/merge-certificate.ts";
import { requestByHand } from "../azure/key-vault/person.ts";
import { readSecret } from "../azure/key-vault/read-secret.ts";
import type { Vault, VaultVersion } from "../azure/key-vault/state.ts";
import { parseMounted } from "../bunny/mounted-certificate.ts";
import { type PollOutcome, RelayClient } from "../bunny/relay-client.ts";
import type { RunningFunction } from "../stack/lambdas.ts";
import type { Stack } from "../stack/stack.ts";

const CLIENT_TEMPLATE = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1";
const POLL_TIMEOUT_MS = 5_000;

export interface Scene {
  readonly stack: Stack;
  readonly renew: RunningFunction;
  readonly certificate: LinkCertificate;
  readonly vault: Vault;
}

export function setScene(stack: Stack): Scene {
  const renew = [...stack.functions.values()].find(({ deployed }) =>
    deployed.name.endsWith("-renew-certificates"),
  );
  const [certificate] = stack.link.bunnies[0]?.certificates ?? [];
  const [vault] = stack.graph.vaults;
  if (renew === undefined || certificate === undefined || vault === undefined)
    throw new Error("the deployment has no function, certificate or vault for the crash matrix");
  return { stack, renew, certificate, vault: stack.azure.keyVaults.vault(vault.name) };
}

/** As if the name had never been used. */
export function forgetCertificate({ vault, certificate }: Scene): void {
  vault.certificates.delete(certificate.name);
}

/** The certificate anew, with one version of the same CA and identity that ends in so many seconds. */
export async function placeCertificate(scene: Scene, secondsLeft: number): Promise<VaultVersion> {
  const { stack, vault, certificate } = scene;
  forgetCertificate(scene);
  const { commonName, organization, dnsNames } = certificate.identity;
  const subject = organization === undefined ? `CN=${commonName}` : `CN=${commonName}, O=${organization}`;
  const { csr } = await requestByHand(vault, certificate.name, { subject, dnsNames });
  const { authority } = stack.aws;
  const input = {
    CertificateAuthorityArn: authority.arn,
    Csr: Buffer.from(csrToPem(csr)),
    SigningAlgorithm: authority.signingAlgorithm,
    TemplateArn: CLIENT_TEMPLATE,
    Validity: { Type: "ABSOLUTE" as const, Value: Math.floor(Date.now() / 1000) + secondsLeft },
  };
  const leaf = await issueCertificate(authority, input, Date.now());
  const chain = [leaf, authority.certificate, ...authority.above].map(({ rawData }) =>
    Buffer.from(rawData).toString("base64"),
  );
  return mergeCertificate(vault, certificate.name, chain).version;
}

/** What relay answers to bunny with what the vault would give it now: its key, its leaf, and their chain. */
export async function pollRelay({ stack, vault, certificate }: Scene): Promise<PollOutcome> {
  const mounted = parseMounted(readSecret(vault, certificate.name).value);
  if (mounted.kind === "unusable") return { kind: "no-answer", reason: mounted.reason };
  const client = new RelayClient(stack.workloads.address, mounted.certificate, POLL_TIMEOUT_MS);
  try {
    return await client.poll();
  } finally {
    client.close();
  }
}
