/** The certificates that the link wants, each with whom it is for. */
import type { Link } from "../link/schema.ts";
import type { DesiredCertificate } from "./plan.ts";

export function bunnyCertificates({ bunnies }: Pick<Link, "bunnies">): DesiredCertificate[] {
  return bunnies.flatMap(({ name, certificates }) =>
    certificates.map((certificate) => ({ ...certificate, purpose: "client", holder: name })),
  );
}

/** All of them, whichever function looks after them. */
export const linkCertificates = (link: Link): DesiredCertificate[] => [
  ...bunnyCertificates(link),
  ...relayCertificates(link),
];

/** relay's server certificate, or none when the link leaves it to relay's operators. */
export function relayCertificates({ relay: { certificate } }: Link): DesiredCertificate[] {
  if (certificate === undefined) return [];
  const { readers: _, ...declared } = certificate;
  return [{ ...declared, purpose: "server", holder: RELAY }];
}

/** Who holds relay's certificate; no bunny's name is a holder of a server's certificate. */
export const RELAY = "relay";
