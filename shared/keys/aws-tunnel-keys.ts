/**
 * The pre-shared keys of AWS's ends. In standard storage EC2 tells them; otherwise they stand in a secret of AWS's own,
 * which is changed by way of EC2 alone. Nothing of an answer or of an error that may hold a key is kept.
 *
 * https://docs.aws.amazon.com/vpn/latest/s2svpn/enhanced-security-storage.html
 */
import {
  DescribeVpnConnectionsCommand,
  type EC2Client,
  ModifyVpnTunnelOptionsCommand,
} from "@aws-sdk/client-ec2";
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import type { KeyStorage } from "../link/pre-shared-keys.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { cloudError } from "../runtime/aws.ts";
import { CloudError } from "../runtime/errors.ts";
import { Secret } from "../runtime/secret.ts";
import type { CannotTell, DesiredTunnel } from "../tunnels/schema.ts";
import { findTunnelKey, toShownKey } from "./aws-vpn-secret.ts";
import type { AwsKeys } from "./pre-shared-ports.ts";

const Described = z.object({ VpnConnections: z.array(z.unknown()) });
const Connection = z.object({
  VpnConnectionId: z.string(),
  State: z.string(),
  PreSharedKeyArn: z.string().startsWith("arn:").optional(),
  Options: z
    .object({
      TunnelOptions: z
        .array(z.object({ OutsideIpAddress: z.string(), PreSharedKey: z.string().optional() }))
        .optional(),
    })
    .optional(),
});
type Connection = z.infer<typeof Connection>;

export interface TunnelKeysOptions {
  readonly ec2: EC2Client;
  readonly secrets: SecretsManagerClient;
  readonly storageOf: (tunnel: DesiredTunnel) => KeyStorage;
}

export function awsTunnelKeys({ ec2, secrets, storageOf }: TunnelKeysOptions): AwsKeys {
  return {
    async read(tunnels) {
      const connections = await describe(ec2, tunnels);
      const texts = await readSecrets(
        secrets,
        tunnels
          .filter((tunnel) => storageOf(tunnel) === "secrets-manager")
          .flatMap(({ vpnConnectionId }) => connections.get(vpnConnectionId)?.PreSharedKeyArn ?? []),
      );
      return new Map(
        tunnels.map((tunnel) => {
          const connection = connections.get(tunnel.vpnConnectionId);
          return [tunnel.name, keyOf(tunnel, storageOf(tunnel), connection, texts)] as const;
        }),
      );
    },
    async set(tunnel, key) {
      const command = new ModifyVpnTunnelOptionsCommand({
        VpnConnectionId: tunnel.vpnConnectionId,
        VpnTunnelOutsideIpAddress: tunnel.outsideIp,
        TunnelOptions: { PreSharedKey: key.unwrap() },
      });
      try {
        await ec2.send(command);
        return "begun";
      } catch (error) {
        const failed = withoutCause("ModifyVpnTunnelOptions", tunnel.name, error);
        if (REFUSALS.has(failed.code) && isFirst(error)) return { refused: failed.code };
        throw failed;
      }
    },
  };
}

/** It is being changed, is not there, or may not be: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const REFUSALS: ReadonlySet<string> = new Set([
  "IncorrectState",
  "InvalidParameterCombination",
  "InvalidParameterValue",
  "InvalidVpnConnection.InvalidState",
  "InvalidVpnConnectionID",
  "InvalidVpnConnectionID.NotFound",
  "UnauthorizedOperation",
  "UnsupportedOperation",
]);

/** A second attempt may be refused because the first one, whose answer was lost, is being carried out. */
const Attempts = z.object({ $metadata: z.object({ attempts: z.number() }) });
function isFirst(error: unknown): boolean {
  const parsed = Attempts.safeParse(error);
  return !parsed.success || parsed.data.$metadata.attempts <= 1;
}

/** By id. One that cannot be read is not told of, and hides no other. */
async function describe(
  ec2: EC2Client,
  tunnels: readonly DesiredTunnel[],
): Promise<ReadonlyMap<string, Connection>> {
  const ids = [...new Set(tunnels.map(({ vpnConnectionId }) => vpnConnectionId))].sort();
  // As a filter: an id that is gone would fail the whole call.
  const command = new DescribeVpnConnectionsCommand({
    Filters: [{ Name: "vpn-connection-id", Values: ids }],
  });
  const answer = await attempt("DescribeVpnConnections", ids.join(","), () => ec2.send(command));
  const described = Described.safeParse(answer);
  if (!described.success) throw unreadable("DescribeVpnConnections", ids.join(","));
  return new Map(
    described.data.VpnConnections.flatMap((one) => {
      const { data } = Connection.safeParse(one);
      return data === undefined ? [] : [[data.VpnConnectionId, data] as const];
    }),
  );
}

type Texts = ReadonlyMap<string, Secret | CannotTell>;

/** By ARN: a secret has the keys of both tunnels of a connection. */
async function readSecrets(client: SecretsManagerClient, arns: readonly string[]): Promise<Texts> {
  const read = [...new Set(arns)].map(async (arn) => {
    const text = await orCloudError(() => readSecret(client, arn));
    return [arn, text instanceof CloudError ? { unknown: text.code } : text] as const;
  });
  return new Map(await Promise.all(read));
}

async function readSecret(client: SecretsManagerClient, arn: string): Promise<Secret | CannotTell> {
  const command = new GetSecretValueCommand({ SecretId: arn });
  const { SecretString } = await attempt("GetSecretValue", arn, () => client.send(command));
  return SecretString === undefined ? { unknown: "unknown-secret-layout" } : new Secret(SecretString);
}

function keyOf(
  { outsideIp }: DesiredTunnel,
  storage: KeyStorage,
  connection: Connection | undefined,
  texts: Texts,
): Secret | CannotTell {
  if (connection === undefined || connection.State === "deleted") return { unknown: "no-connection" };
  if (storage === "standard") {
    const options = connection.Options?.TunnelOptions?.find((one) => one.OutsideIpAddress === outsideIp);
    return toShownKey(options?.PreSharedKey) ?? { unknown: "key-not-shown" };
  }
  const { PreSharedKeyArn: arn } = connection;
  const text = arn === undefined ? undefined : texts.get(arn);
  if (text === undefined) return { unknown: "no-key-secret" };
  if ("unknown" in text) return text;
  return findTunnelKey(text, outsideIp) ?? { unknown: "unknown-secret-layout" };
}

const unreadable = (operation: string, target: string): CloudError =>
  new CloudError({ provider: "aws", operation, target, code: "unreadable-answer", retryable: true });

/** A refusal may say in words which key it is that it does not take, and an answer that cannot be read hangs on its error. */
function withoutCause(operation: string, target: string, error: unknown): CloudError {
  const { provider, code, retryable, throttled } = cloudError(operation, target, error);
  return new CloudError({ provider, operation, target, code, retryable, throttled });
}

async function attempt<T>(operation: string, target: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw withoutCause(operation, target, error);
  }
}
