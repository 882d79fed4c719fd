/** What the Function App is told when it is deployed, parsed once at its start. */
import * as z from "zod";
import { DeployedNsgs } from "../shared/allowlists/nsg-azure.ts";
import type { NsgPlace } from "../shared/allowlists/nsg-heal-group.ts";
import type { Allowlists } from "../shared/allowlists/schema.ts";
import { splitPem } from "../shared/certificates/pem.ts";
import type { Link } from "../shared/link/schema.ts";
import type { LinkVpn } from "../shared/link/vpn.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
import type { DeployedCas } from "../shared/trust/pins.ts";
import { DeployedConnections } from "../shared/tunnels/azure.ts";

const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.issues.push({ code: "custom", message: "is not JSON", input: text });
    return z.NEVER;
  }
});
const HttpsUrl = z.url({ protocol: /^https$/ });
const RoleArn = z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/);

const Chain = z.string().transform(splitPem).pipe(z.array(z.string()).min(1, "holds no certificate"));

export const Settings = z.object({
  TOKEN_ISSUER: HttpsUrl,
  TOKEN_AUDIENCE: z.string().min(1),
  ROLE_RENEW_CERTIFICATES: RoleArn,
  /** Where the link has tunnels. */
  ROLE_WATCH_TUNNELS: RoleArn.optional(),
  /** Where their pre-shared keys are rotated. */
  ROLE_ROTATE_PRE_SHARED_KEYS: RoleArn.optional(),
  /** A JSON object: a bunny's name -> its vault's URI. */
  VAULTS: Json.pipe(z.record(z.string(), HttpsUrl)),
  /** Where the link has API keys. */
  ROLE_ROTATE_API_KEYS: RoleArn.optional(),
  /** Where the link has tunnels: a JSON object, a tunnel's name -> the resource id of its connection. */
  CONNECTIONS: Json.pipe(DeployedConnections).optional(),
  /** Where the link has allowlists. */
  ROLE_HEAL_ALLOWLISTS: RoleArn.optional(),
  /** Where it has some in Azure: a JSON object, a group's name -> the resource id of its NSG. */
  NSGS: Json.pipe(DeployedNsgs).optional(),
  /** Of the storage account's tables. */
  TABLES_URL: HttpsUrl,
  TABLE_NAME: z.string().regex(/^[A-Za-z][A-Za-z0-9]{2,62}$/),
  /** Each PEM: the issuing CA first, then its parents up to the root. */
  PINNED_CA: Chain,
  /** Where the link names further CAs. */
  PINNED_NEXT_CA: Chain.optional(),
  PINNED_FAILOVER_CA: Chain.optional(),
  /** Where the link publishes a trust bundle. */
  ROLE_PUBLISH_TRUST: RoleArn.optional(),
});
export type Settings = z.output<typeof Settings>;

/** Throws `ConfigError` when the link was deployed otherwise than it says. */
export function checkSettings(link: Link, settings: Settings): void {
  for (const { name } of link.bunnies) {
    if (!Object.hasOwn(settings.VAULTS, name))
      throw new ConfigError(`VAULTS names no vault for the bunny ${name} of the link: deploy again`);
  }
  // Nobody else may change a key here, and an app without this endpoint would look as if it had been deployed.
  if (link.vpn?.preSharedKeys !== undefined && settings.ROLE_ROTATE_PRE_SHARED_KEYS === undefined)
    throw new ConfigError("ROLE_ROTATE_PRE_SHARED_KEYS is missing, and the link has them: deploy again");
  if (link.trust !== undefined && settings.ROLE_PUBLISH_TRUST === undefined)
    throw new ConfigError("ROLE_PUBLISH_TRUST is missing, and the link has trust: deploy again");
  if (link.bunnies.some(({ apiKeys }) => apiKeys.length > 0) && settings.ROLE_ROTATE_API_KEYS === undefined)
    throw new ConfigError("ROLE_ROTATE_API_KEYS is missing, and the link has API keys: deploy again");
  // Nobody could tell this half of a freeze, or collect its notes.
  if (link.allowlists !== undefined && settings.ROLE_HEAL_ALLOWLISTS === undefined)
    throw new ConfigError("ROLE_HEAL_ALLOWLISTS is missing, and the link has allowlists: deploy again");
}

/**
 * The CAs of the link, as they were deployed. Throws `ConfigError` where the two do not agree: a CA that the link does
 * not name is not trusted for having been named once.
 */
export function deployedCas({ certificateAuthority }: Link, settings: Settings): DeployedCas {
  const { PINNED_CA: issuing, PINNED_NEXT_CA: next, PINNED_FAILOVER_CA: failover } = settings;
  const agree = (name: string, wanted: unknown, given: unknown) => {
    if ((wanted === undefined) === (given === undefined)) return;
    const what = given === undefined ? "is missing, and the link names" : "is there, and the link names no";
    throw new ConfigError(
      `PINNED_${name.toUpperCase()}_CA ${what} certificateAuthority.${name}: deploy again`,
    );
  };
  agree("next", certificateAuthority.next, next);
  agree("failover", certificateAuthority.failover, failover);
  return { issuing, next, failover };
}

/** By the tunnels' names, of those alone that the link names. Throws `ConfigError` when one of them has none. */
export function connectionsOf(vpn: LinkVpn, { CONNECTIONS = {} }: Settings): ReadonlyMap<string, string> {
  const names = vpn.connections.flatMap(({ tunnels }) => tunnels.map(({ name }) => name));
  return new Map(
    names.map((name) => {
      const id = Object.hasOwn(CONNECTIONS, name) ? CONNECTIONS[name] : undefined;
      if (id === undefined)
        throw new ConfigError(`CONNECTIONS names none for the tunnel ${name} of the link: deploy again`);
      return [name, id];
    }),
  );
}

/** By the groups' names, of those of the link in Azure alone. Throws `ConfigError` when one of them has no NSG. */
export function nsgsOf({ groups }: Allowlists, { NSGS = {} }: Settings): ReadonlyMap<string, NsgPlace> {
  return new Map(
    groups.flatMap((desired) => {
      if (desired.cloud !== "azure") return [];
      const { name } = desired;
      const id = Object.hasOwn(NSGS, name) ? NSGS[name] : undefined;
      if (id === undefined)
        throw new ConfigError(`NSGS names none for the group ${name} of the link: deploy again`);
      return [[name, { desired, id }] as const];
    }),
  );
}
