/** The CAs of a link with what a deployment knows of them, and what the plan of the trust wants of the link. */
import * as z from "zod";
import { linkCertificates, RELAY } from "../certificates/desired.ts";
import { splitPem } from "../certificates/pem.ts";
import { type CaRole, linkedCas } from "../link/certificate-authority.ts";
import type { Link } from "../link/schema.ts";
import type { LinkTrust } from "../link/trust.ts";
import { ConfigError } from "../runtime/errors.ts";
import { type CaFacts, readAuthority } from "./authority.ts";
import type { CaId } from "./schema.ts";
import type { DesiredTrust } from "./state.ts";

/** A CA of the link: by which ARN it is asked to sign, and by which certificates it is known. */
export interface DeployedCa {
  readonly role: CaRole;
  readonly arn: string;
  readonly facts: CaFacts;
}

/** What each function of a link with several CAs is told of them (infra/certificate-authority.ts). */
export const CA_ENVIRONMENT = {
  CA_ARN: z.string().startsWith("arn:"),
  NEXT_CA_ARN: z.string().startsWith("arn:").optional(),
  FAILOVER_CA_ARN: z.string().startsWith("arn:").optional(),
  /** PEM: the issuing CA first, then its parents up to the root. */
  PINNED_CA: z.string(),
  PINNED_NEXT_CA: z.string().optional(),
  PINNED_FAILOVER_CA: z.string().optional(),
};
export type CaEnvironment = z.infer<z.ZodObject<typeof CA_ENVIRONMENT>>;

const NAMES = {
  issuing: ["CA_ARN", "PINNED_CA"],
  next: ["NEXT_CA_ARN", "PINNED_NEXT_CA"],
  failover: ["FAILOVER_CA_ARN", "PINNED_FAILOVER_CA"],
} as const;

/** Throws `ConfigError` for a CA of the link that the deployment did not tell of, and for two that are one. */
export function deployedCas({ certificateAuthority }: Link, environment: CaEnvironment): DeployedCa[] {
  const cas = linkedCas(certificateAuthority).map(({ role, path }): DeployedCa => {
    const [arnName, pemName] = NAMES[role];
    const arn = environment[arnName];
    const pem = environment[pemName];
    if (arn === undefined || pem === undefined || splitPem(pem).length === 0)
      throw new ConfigError(`${arnName} and ${pemName} must tell of ${path}: deploy again`);
    return { role, arn, facts: readAuthority(pem) };
  });
  if (new Set(cas.map(({ facts }) => facts.id)).size < cas.length)
    throw new ConfigError("two CAs of the link have the same certificate: name another one");
  return cas;
}

export const caOf = (cas: readonly DeployedCa[], id: CaId): DeployedCa | undefined =>
  cas.find(({ facts }) => facts.id === id);

/** Throws `ConfigError` where the link has no issuing CA: then nothing can be planned. */
export function desiredTrust(link: Link, trust: LinkTrust, cas: readonly DeployedCa[]): DesiredTrust {
  const factsOf = (role: CaRole): CaFacts | null => cas.find((ca) => ca.role === role)?.facts ?? null;
  const issuing = factsOf("issuing");
  if (issuing === null) throw new ConfigError("the link has no issuing CA: deploy again");
  return {
    issuing,
    next: factsOf("next"),
    failover: factsOf("failover"),
    relay: { name: RELAY, proof: trust.relay.proof },
    bunnies: link.bunnies.map(({ name }) => ({ name, proof: trust.bunnies.proof })),
    relayCertificates: linkCertificates(link).flatMap(({ holder, name }) => (holder === RELAY ? [name] : [])),
    timing: trust.timing,
  };
}
