/**
 * The secret in which AWS keeps the keys of a connection, where they are stored in Secrets Manager: AWS writes it when a
 * key is changed by way of EC2. How the real one is written is nowhere told.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSVPCS2SVpnServiceRolePolicy.html
 */
import { randomUUID } from "node:crypto";
import type { Connection } from "../../vpn/connection.ts";
import type { SecretsManager } from "../secrets-manager/secrets-manager.ts";
import type { Place } from "./answers.ts";

const keySecretName = (vpnConnectionId: string) => `s2svpn!${vpnConnectionId}-1Skga6`;

/** In the form of one that was seen. */
export const keySecretArn = (vpnConnectionId: string, { region, accountId }: Place) =>
  `arn:aws:secretsmanager:${region}:${accountId}:secret:${keySecretName(vpnConnectionId)}-pevysO`;

/** What keeps the keys of a connection; nothing of one with standard storage. */
export function keySecrets(
  secrets: Pick<SecretsManager, "createSecret" | "putAsService">,
  place: Place,
): (connection: Connection) => void {
  const made = new Set<string>();
  return ({ vpnConnectionId, keyStorage, tunnels }) => {
    if (keyStorage !== "SecretsManager") return;
    const arn = keySecretArn(vpnConnectionId, place);
    if (!made.has(arn)) secrets.createSecret({ name: keySecretName(vpnConnectionId), arn });
    made.add(arn);
    const keys = tunnels.map(({ outsideIp, aws: { preSharedKey } }) => [outsideIp, preSharedKey]);
    secrets.putAsService(arn, randomUUID(), JSON.stringify(Object.fromEntries(keys)));
  };
}
