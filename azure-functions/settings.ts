/** What the Function App is told when it is deployed, parsed once at its start. */
import * as z from "zod";
import { splitPem } from "../shared/certificates/pem.ts";
import type { Link } from "../shared/link/schema.ts";
import type { LinkVpn } from "../shared/link/vpn.ts";
import { ConfigError } from "../shared/runtime/errors.ts";
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

export const Settings = z.object({
  TOKEN_ISSUER: HttpsUrl,
  TOKEN_AUDIENCE: z.string().min(1),
  ROLE_RENEW_CERTIFICATES: RoleArn,
  /** Where the link has tunnels. */
  ROLE_WATCH_TUNNELS: RoleArn.optional(),
  /** A JSON object: a bunny's name -> its vault's URI. */
  VAULTS: Json.pipe(z.record(z.string(), HttpsUrl)),
  /** Where the link has tunnels: a JSON object, a tunnel's name -> the resource id of its connection. */
  CONNECTIONS: Json.pipe(DeployedConnections).optional(),
  /** Of the storage account's tables. */
  TABLES_URL: HttpsUrl,
  TABLE_NAME: z.string().regex(/^[A-Za-z][A-Za-z0-9]{2,62}$/),
  /** PEM: the issuing CA first, then its parents up to the root. */
  PINNED_CA: z.string().transform(splitPem).pipe(z.array(z.string()).min(1, "holds no certificate")),
});
export type Settings = z.output<typeof Settings>;

/** Throws `ConfigError` when the link was deployed otherwise than it says. */
export function checkSettings(link: Link, settings: Settings): void {
  for (const { name } of link.bunnies) {
    if (!Object.hasOwn(settings.VAULTS, name))
      throw new ConfigError(`VAULTS names no vault for the bunny ${name} of the link: deploy again`);
  }
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
