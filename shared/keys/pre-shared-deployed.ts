/** What the deployment knows of the tunnels' secrets, and the link of where AWS keeps keys of its own. */
import * as z from "zod";
import type { KeyStorage } from "../link/pre-shared-keys.ts";
import type { LinkVpn } from "../link/vpn.ts";
import { ConfigError } from "../runtime/errors.ts";
import type { DesiredTunnel } from "../tunnels/schema.ts";
import type { TunnelSecret } from "./pre-shared-ports.ts";

/** A JSON object: a tunnel's name -> the ARN of its secret. */
export const DeployedSecrets = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: "custom", message: "is not JSON", input: text });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.string().startsWith("arn:")));
export type DeployedSecrets = z.output<typeof DeployedSecrets>;

/** By tunnel. Throws `ConfigError` when the link names other tunnels than those that were deployed. */
export function secretsOf(
  desired: readonly DesiredTunnel[],
  deployed: DeployedSecrets,
  open: (arn: string) => TunnelSecret,
): ReadonlyMap<string, TunnelSecret> {
  return new Map(
    desired.map(({ name }) => {
      const arn = Object.hasOwn(deployed, name) ? deployed[name] : undefined;
      if (arn === undefined)
        throw new ConfigError(`KEY_SECRETS names no secret for the tunnel ${name} of the link: deploy again`);
      return [name, open(arn)] as const;
    }),
  );
}

/** A connection that was created has its keys in Secrets Manager, so that no deployment ever knows them. */
export function keyStorageOf({
  connections,
}: LinkVpn): (tunnel: Pick<DesiredTunnel, "name" | "connection">) => KeyStorage {
  const byName = new Map(
    connections.map(({ name, aws, keyStorage }): [string, KeyStorage] => [
      name,
      "create" in aws ? "secrets-manager" : (keyStorage ?? "standard"),
    ]),
  );
  return ({ name, connection }) => {
    const storage = byName.get(connection);
    if (storage === undefined) throw new ConfigError(`the link has no connection ${connection} of ${name}`);
    return storage;
  };
}
