/** A Private CA for tests: one CA behind a server of its own, the official client, and what to ask of it. */
import {
  ACMPCAClient,
  IssueCertificateCommand,
  type IssueCertificateCommandInput,
} from "@aws-sdk/client-acm-pca";
import { makeCsr } from "../../testing/certificates.ts";
import type { ServiceEvent } from "../event-bridge/event.ts";
import { accountId, region, startWorld, type WorldOptions } from "../test-world.ts";
import { AcmPca } from "./acm-pca.ts";
import type { CaParameters } from "./authority.ts";

export const arn = `arn:aws:acm-pca:${region}:${accountId}:certificate-authority/0b1f6a2e-1111-4222-8333-444455556666`;
export const clientAuth = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1";
export const serverAuth = "arn:aws:acm-pca:::template/EndEntityServerAuthCertificate/V1";
export const anyAuth = "arn:aws:acm-pca:::template/EndEntityCertificate/V1";
export const dayS = 86_400;

/** The clock is the CA's alone: signatures are checked against the real time. */
export async function startCa(options: WorldOptions & { readonly ca?: Partial<CaParameters> } = {}) {
  const { clock, ...world } = options;
  const told: ServiceEvent[] = [];
  const pca: AcmPca[] = [];
  const started = await startWorld((kernel) => {
    const created = new AcmPca({
      kernel,
      ...(clock && { clock }),
      tell: (event) => void told.push(event),
    });
    pca.push(created);
    return [created.service];
  }, world);
  const [stand] = pca;
  if (stand === undefined) throw new Error("the service was not made");
  const authority = await stand.createAuthority({
    arn,
    commonName: "Link CA",
    organization: "Example",
    lifetimeSeconds: 365 * dayS,
    ...options.ca,
  });
  return { ...started, pca: stand, authority, told, sdk: new ACMPCAClient(started.client()) };
}

export type Changes = Partial<IssueCertificateCommandInput>;

export async function request(changes: Changes = {}, template: "named" | "left-out" = "named") {
  const csr = await makeCsr({ commonName: "bunny", dnsNames: ["bunny.link.example"] });
  return new IssueCertificateCommand({
    CertificateAuthorityArn: arn,
    Csr: Buffer.from(csr.pem),
    SigningAlgorithm: "SHA256WITHECDSA",
    ...(template === "named" ? { TemplateArn: clientAuth } : {}),
    Validity: { Type: "DAYS", Value: 7 },
    ...changes,
  });
}
