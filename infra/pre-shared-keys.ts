/// <reference path="../.sst/platform/config.d.ts" />
/** Where the tunnels' pre-shared keys are kept, the function that rotates them, and exactly what it may do. */
import { keyStorageOf } from "../shared/keys/pre-shared-deployed.ts";
import type { LinkVpn } from "../shared/link/vpn.ts";
import { DEPLOYED, tunnelSecretName } from "../shared/runtime/deployed-names.ts";
import { type Bus, tellChanges } from "./bus.ts";
import { type Journal, keepStanding } from "./journal.ts";
import { withinLimit } from "./lambda-environment.ts";
import { lambdaRoleArn, type Permission, proveIdentityTo } from "./lambda-role.ts";
import { link } from "./link.ts";
import { alarmPrefix, stageName, tokenAudience } from "./names.ts";
import { retained } from "./retention.ts";
import { createScheduledFunction, EACH_MINUTE, type Scheduled } from "./scheduled-function.ts";
import { keepSecrets, letRead, RECOVERY_DAYS, secretKeyPolicy } from "./secret-access.ts";
import type { Vpn } from "./vpn.ts";

const CONCERN = DEPLOYED.rotatePreSharedKeys;

export interface PreSharedKeyParts {
  vpn: Vpn;
  journal: Journal;
  bus: Bus;
  /** Host name of the Function App. */
  hand: $util.Output<string>;
  deadLetterArn: $util.Output<string>;
}

export const rotatePreSharedKeysRoleArn = (): $util.Output<string> => lambdaRoleArn(CONCERN);

/** None when the link has nobody look after them. */
export function rotatePreSharedKeys(parts: PreSharedKeyParts): Scheduled | undefined {
  const { vpn, journal, bus, hand, deadLetterArn } = parts;
  if (link.vpn?.preSharedKeys === undefined) return undefined;
  const { secrets, keyArn } = createSecrets(vpn, link.vpn.preSharedKeys.readers ?? []);
  return createScheduledFunction({
    logicalName: "RotatePreSharedKeys",
    concern: CONCERN,
    description: "Gives the link's tunnels new pre-shared keys, one at a time, and keeps both ends alike.",
    environment: withinLimit(
      stageName(CONCERN),
      {
        JOURNAL_TABLE: journal.name,
        BUS_NAME: bus.name,
        HAND_URL: $interpolate`https://${hand}/api`,
        TOKEN_AUDIENCE: tokenAudience(),
        TUNNELS: $jsonStringify(Object.fromEntries(vpn.tunnels)),
        ALARM_PREFIX: alarmPrefix(),
        KEY_SECRETS: $jsonStringify(Object.fromEntries(secrets)),
      },
      "Name fewer tunnels in one link, or give them shorter names.",
    ),
    permissions: [
      ...changeKeys(link.vpn, vpn),
      ...keepSecrets([...secrets.values()], keyArn),
      ...keepStanding(journal),
      tellChanges(bus),
      proveIdentityTo(tokenAudience()),
    ],
    deadLetterArn,
    timeout: "2 minutes",
    schedule: EACH_MINUTE,
    afterFailure: "next-run",
  });
}

/** One for each tunnel, all under one key, and without a value: the function makes each, so that none is in the state. */
function createSecrets({ tunnels }: Vpn, readers: readonly string[]) {
  const names = [...tunnels.keys()];
  const secretName = (tunnel: string) => stageName(tunnelSecretName(tunnel));
  const keeperArn = rotatePreSharedKeysRoleArn();
  const key = new aws.kms.Key(
    "PreSharedKeysKey",
    {
      description: `The key of the pre-shared keys of ${stageName()}.`,
      enableKeyRotation: true,
      policy: secretKeyPolicy({ keeperArn, readers, names: names.map(secretName) }),
    },
    retained,
  );
  const secrets = names.map((tunnel): [string, $util.Output<string>] => {
    const { arn } = new aws.secretsmanager.Secret(
      `PreSharedKey-${tunnel}`,
      {
        name: secretName(tunnel),
        description: `The pre-shared key of the tunnel ${tunnel}; made and kept by Warrener.`,
        kmsKeyId: key.arn,
        recoveryWindowInDays: RECOVERY_DAYS,
      },
      retained,
    );
    if (readers.length > 0) letRead(`PreSharedKeyReaders-${tunnel}`, arn, readers);
    return [tunnel, arn];
  });
  return { secrets: new Map(secrets), keyArn: key.arn };
}

/** EC2 cannot be told which connections may be described; only the link's own may be changed. */
function changeKeys(declared: LinkVpn, vpn: Vpn): Permission[] {
  const secretArns = vpnSecretArns(declared, vpn);
  return [
    { actions: ["ec2:DescribeVpnConnections"], resources: ["*"] },
    {
      actions: ["ec2:GetActiveVpnTunnelStatus", "ec2:ModifyVpnTunnelOptions"],
      resources: vpn.connectionArns,
    },
    ...(secretArns.length === 0
      ? []
      : [{ actions: ["secretsmanager:GetSecretValue"], resources: secretArns }]),
  ];
}

/**
 * The secrets in which AWS keeps keys by itself, one for each connection. AWS documents no more of their names than that
 * its own role may touch `s2svpn!*`
 * (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSVPCS2SVpnServiceRolePolicy.html); that the
 * connection's id follows is unverified. Under another name they cannot be read, which is told (AccessDenied).
 */
function vpnSecretArns(declared: LinkVpn, vpn: Vpn): $util.Output<string>[] {
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const storageOf = keyStorageOf(declared);
  return declared.connections.flatMap(({ name: connection, tunnels }) => {
    const [first] = tunnels;
    const deployed = first === undefined ? undefined : vpn.tunnels.get(first.name);
    if (first === undefined || deployed === undefined) return [];
    if (storageOf({ name: first.name, connection }) !== "secrets-manager") return [];
    const { vpnConnectionId } = deployed;
    return [$interpolate`arn:aws:secretsmanager:${region}:${accountId}:secret:s2svpn!${vpnConnectionId}-*`];
  });
}
