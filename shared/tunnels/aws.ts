/**
 * The adapter of AWS's VPN connections. What AWS says of one may hold its pre-shared keys, in the options of its
 * tunnels and in a text of XML: only the fields that are named here are taken, so that nothing else ever leaves here.
 *
 * Shapes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpnConnection.html
 */
import {
  DescribeVpnConnectionsCommand,
  type EC2Client,
  GetActiveVpnTunnelStatusCommand,
  GetVpnTunnelReplacementStatusCommand,
  ReplaceVpnTunnelCommand,
} from "@aws-sdk/client-ec2";
import * as z from "zod";
import { cloudError } from "../runtime/aws.ts";
import { CloudError } from "../runtime/errors.ts";
import type { AwsActiveStatus, AwsConnection, AwsTunnels } from "./aws-tunnels.ts";
import { BEGUN, type DesiredTunnel, type Maintenance } from "./schema.ts";

const Connection = z.object({
  VpnConnectionId: z.string(),
  // `modifying` is in no version of the SDK's list: any word is taken.
  State: z.string().regex(/^[a-z-]{1,40}$/),
  // Of a tunnel's options, which hold its key, its address alone is taken.
  Options: z
    .object({ TunnelOptions: z.array(z.object({ OutsideIpAddress: z.string() })).optional() })
    .optional(),
  VgwTelemetry: z
    .array(
      z.object({
        OutsideIpAddress: z.string(),
        Status: z.enum(["UP", "DOWN"]),
        AcceptedRouteCount: z.int().nonnegative().optional(),
      }),
    )
    .optional(),
});
const OnlyId = z.object({ VpnConnectionId: z.string() });
/** A list with nothing in it is an answer; none at all is not. */
const Described = z.object({ VpnConnections: z.array(z.unknown()) });

const ActiveStatus = z.object({
  ActiveVpnTunnelStatus: z
    .object({
      Phase2EncryptionAlgorithm: z.string().min(1).optional(),
      ProvisioningStatus: z.enum(["available", "pending", "failed"]).optional(),
    })
    .optional(),
});

const ReplacementStatus = z.object({
  MaintenanceDetails: z
    .object({
      PendingMaintenance: z.string().optional(),
      MaintenanceAutoAppliedAfter: z.date().optional(),
      LastMaintenanceApplied: z.date().optional(),
    })
    .optional(),
});

/** The connection is being changed, or is not there: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
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

export function awsTunnels(client: EC2Client): AwsTunnels {
  return {
    async describe(ids) {
      // As a filter: an id that is gone would fail the whole call.
      const command = new DescribeVpnConnectionsCommand({
        Filters: [{ Name: "vpn-connection-id", Values: [...new Set(ids)].sort() }],
      });
      const target = ids.join(",");
      const answer = await attempt("DescribeVpnConnections", target, () => client.send(command));
      const described = Described.safeParse(answer);
      if (!described.success) throw unreadable("DescribeVpnConnections", target);
      return readConnections(ids, described.data.VpnConnections);
    },
    async activeStatus(tunnel) {
      const command = new GetActiveVpnTunnelStatusCommand(keyOf(tunnel));
      return await ask("GetActiveVpnTunnelStatus", tunnel, () => client.send(command), readActiveStatus);
    },
    async maintenance(tunnel) {
      const command = new GetVpnTunnelReplacementStatusCommand(keyOf(tunnel));
      return await ask("GetVpnTunnelReplacementStatus", tunnel, () => client.send(command), readMaintenance);
    },
    async replace(tunnel) {
      try {
        await client.send(new ReplaceVpnTunnelCommand(keyOf(tunnel)));
        return BEGUN;
      } catch (error) {
        const failed = cloudError("ReplaceVpnTunnel", tunnel.name, error);
        if (REFUSALS.has(failed.code)) return { refused: failed.code };
        throw failed;
      }
    },
  };
}

const keyOf = ({ vpnConnectionId, outsideIp }: DesiredTunnel) => ({
  VpnConnectionId: vpnConnectionId,
  VpnTunnelOutsideIpAddress: outsideIp,
});

/** One that cannot be read says nothing, and hides no other; without its id it may be any that is not there. */
function readConnections(
  ids: readonly string[],
  connections: readonly unknown[],
): ReadonlyMap<string, AwsConnection | null> {
  const read = connections.map((one) => [OnlyId.safeParse(one).data?.VpnConnectionId, one] as const);
  const missing = read.some(([id]) => id === undefined) ? ids : [];
  return new Map([
    ...missing.map((id) => [id, null] as const),
    ...read.flatMap(([id, one]) => (id === undefined ? [] : [[id, readConnection(one)] as const])),
  ]);
}

function readConnection(connection: unknown): AwsConnection | null {
  const parsed = Connection.safeParse(connection);
  if (!parsed.success) return null;
  const { State, Options, VgwTelemetry = [] } = parsed.data;
  const options = Options?.TunnelOptions;
  const addresses = options === undefined ? null : new Set(options.map((one) => one.OutsideIpAddress));
  const telemetry = VgwTelemetry.map(
    ({ OutsideIpAddress, Status, AcceptedRouteCount = null }) =>
      [
        OutsideIpAddress,
        { status: Status === "UP" ? "up" : "down", acceptedRoutes: AcceptedRouteCount },
      ] as const,
  );
  return { state: State, addresses, telemetry: new Map(telemetry) };
}

/** It negotiated something only if its IPsec is up. */
function readActiveStatus(answer: unknown): AwsActiveStatus | null {
  const parsed = ActiveStatus.safeParse(answer);
  if (!parsed.success || parsed.data.ActiveVpnTunnelStatus === undefined) return null;
  const { Phase2EncryptionAlgorithm, ProvisioningStatus = "unknown" } = parsed.data.ActiveVpnTunnelStatus;
  return {
    ipsec: Phase2EncryptionAlgorithm === undefined ? "down" : "up",
    provisioning: ProvisioningStatus,
  };
}

/**
 * What is pending is a text, of which nobody says what it may be: the date counts, unless it was carried out since.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_MaintenanceDetails.html
 */
export function readMaintenance(answer: unknown): Maintenance | null {
  const parsed = ReplacementStatus.safeParse(answer);
  if (!parsed.success) return null;
  const {
    PendingMaintenance = "",
    MaintenanceAutoAppliedAfter: at,
    LastMaintenanceApplied: last,
  } = parsed.data.MaintenanceDetails ?? {};
  if (at === undefined) return { pending: !NOTHING_PENDING.test(PendingMaintenance), autoAppliedAt: null };
  const done = last !== undefined && last >= at;
  return done ? { pending: false, autoAppliedAt: null } : { pending: true, autoAppliedAt: toInstant(at) };
}
const NOTHING_PENDING = /^\s*($|none\b|no\b|not\b|false\b|n\/a|-)/i;

const toInstant = (date: Date): number => Math.floor(date.getTime() / 1000);

async function ask<T>(
  operation: string,
  { name }: DesiredTunnel,
  send: () => Promise<unknown>,
  read: (answer: unknown) => T | null,
): Promise<T> {
  const answer = read(await attempt(operation, name, send));
  if (answer !== null) return answer;
  throw unreadable(operation, name);
}

const unreadable = (operation: string, target: string): CloudError =>
  new CloudError({ provider: "aws", operation, target, code: "unreadable-answer", retryable: true });

async function attempt<T>(operation: string, target: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw cloudError(operation, target, error);
  }
}
