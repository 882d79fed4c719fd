/** Whose log lines are read for refused callers, and who the link's own callers are, as the link declares it. Pure. */
import { bunnyCertificates } from "../certificates/desired.ts";
import { apiKeysOf } from "../keys/api-keys-desired.ts";
import { namesOf } from "../link/api-keys.ts";
import type { Link } from "../link/schema.ts";
import type { WakeTarget } from "./cause.ts";
import { buildGroupReader, type GroupReader } from "./readers/group.ts";
import type { Limits } from "./verdict.ts";

export interface AuthGroup extends GroupReader {
  readonly group: string;
}

/** A certificate with which a bunny comes. */
export interface OwnCertificate {
  readonly name: string;
  /** Whom it names, lower case; by the first the caller is told of. */
  readonly names: readonly string[];
}

export interface OwnApiKey {
  readonly name: string;
  readonly identity: string;
}

export interface DesiredAuth {
  readonly groups: readonly AuthGroup[];
  readonly limits: Limits;
  readonly certificates: readonly OwnCertificate[];
  readonly apiKeys: readonly OwnApiKey[];
  /** Where bunnies call from, as relay's log shows it. */
  readonly callers: readonly string[];
  /** What of the link is looked after: nobody else can be asked to look at once. */
  readonly wakes: readonly WakeTarget[];
}

export type AuthLink = Pick<Link, "authFailures" | "azure" | "bunnies" | "relay" | "trust" | "vpn">;

/** Null where nobody looks for refused callers. Throws `ConfigError` for logs that cannot be read (checks.ts). */
export function authFailuresOf(link: AuthLink): DesiredAuth | null {
  const { authFailures } = link;
  if (authFailures === undefined) return null;
  const { logs: _, callers, ...limits } = authFailures;
  return {
    groups: authGroups(link),
    limits,
    certificates: ownCertificates(link),
    apiKeys: apiKeysOf(link).map(({ desired: { name, identity } }) => ({
      name,
      identity: identity.toLowerCase(),
    })),
    callers: callers ?? [link.azure.vnet.cidr],
    wakes: wakesOf(link),
  };
}

/** For each of them there is one subscription filter (infra/auth-failures.ts). */
export function authGroups(link: AuthLink): readonly AuthGroup[] {
  const own = ownCertificates(link).flatMap(({ names }) => names);
  return (link.authFailures?.logs ?? []).map(({ group, ...settings }) => ({
    group,
    ...buildGroupReader(settings, own),
  }));
}

const ownCertificates = (link: AuthLink): OwnCertificate[] =>
  bunnyCertificates(link).map((certificate) => ({
    name: certificate.name,
    names: namesOf(certificate).map((name) => name.toLowerCase()),
  }));

const wakesOf = ({ bunnies, trust, vpn }: AuthLink): WakeTarget[] => [
  "certificates",
  ...(trust === undefined ? [] : (["trust"] as const)),
  ...(bunnies.every(({ apiKeys }) => apiKeys.length === 0) ? [] : (["api-keys"] as const)),
  ...(vpn?.preSharedKeys === undefined ? [] : (["pre-shared-keys"] as const)),
];
