/**
 * Reads both ends of every tunnel with few calls: one for all connections in AWS, one for twenty in Azure, and one more
 * for each tunnel of which there is more to know. An end that could not be asked is told by its code; it is never down.
 */
import type { HandOf } from "../azure-api/client.ts";
import { type EndpointOf, OBSERVE_MAX } from "../azure-api/contract.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { AwsConnection, AwsTunnels } from "./aws-tunnels.ts";
import { memoryOf } from "./memory.ts";
import type {
  AwsEnd,
  AzureEnd,
  CannotTell,
  DesiredTunnel,
  Maintenance,
  Memory,
  ObservedTunnel,
} from "./schema.ts";

export interface Observer {
  readonly aws: AwsTunnels;
  readonly hand: HandOf<EndpointOf<"tunnels">>;
  readonly desired: readonly DesiredTunnel[];
}

export interface ObserveOptions {
  readonly memory: Memory;
  readonly now: Instant;
  /** Something was said of maintenance: it is asked for whether it is due or not. */
  readonly askMaintenance: boolean;
}

export async function observeTunnels(observer: Observer, options: ObserveOptions): Promise<ObservedTunnel[]> {
  const { desired } = observer;
  const [connections, azureEnds, maintenances] = await Promise.all([
    orCannotTell(() => observer.aws.describe(desired.map(({ vpnConnectionId }) => vpnConnectionId))),
    observeAzure(observer),
    Promise.all(desired.map((tunnel) => observeMaintenance(observer, tunnel, options))),
  ]);
  return await Promise.all(
    desired.map(async (tunnel, index) => ({
      name: tunnel.name,
      aws:
        "unknown" in connections
          ? connections
          : await observeAws(observer, tunnel, connections.get(tunnel.vpnConnectionId)),
      azure: azureEndOf(tunnel, azureEnds.get(tunnel.name)),
      maintenance: maintenances[index] ?? null,
    })),
  );
}

async function observeAws(
  { aws }: Observer,
  tunnel: DesiredTunnel,
  connection: AwsConnection | null | undefined,
): Promise<AwsEnd | CannotTell> {
  if (connection === null) return { unknown: "unreadable-answer" };
  if (connection === undefined || connection.state === "deleted") return ABSENT;
  const telemetry = connection.telemetry.get(tunnel.outsideIp);
  if (telemetry === undefined) {
    // While AWS works on a connection its telemetry may be missing; when it does not, there is no such tunnel.
    return connection.state === "available" ? ABSENT : { unknown: "no-telemetry" };
  }
  const end: AwsEnd = { ...telemetry, ...NOT_ASKED, connectionState: connection.state };
  // Without BGP, what is down is IPsec.
  if (end.status === "up") return end;
  const active = await orCannotTell(() => aws.activeStatus(tunnel));
  if ("unknown" in active) return end;
  return { ...end, ...active, ipsec: tunnel.routing === "bgp" ? active.ipsec : "down" };
}

const NOT_ASKED = { ipsec: "unknown", provisioning: "unknown" } as const;
const ABSENT: AwsEnd = {
  status: "absent",
  acceptedRoutes: 0,
  changedAt: null,
  connectionState: "deleted",
  ...NOT_ASKED,
};

/** Null when it is not due yet. */
async function observeMaintenance(
  { aws }: Observer,
  tunnel: DesiredTunnel,
  { memory, now, askMaintenance }: ObserveOptions,
): Promise<Maintenance | CannotTell | null> {
  if (!askMaintenance && now < memoryOf(memory, tunnel.name).maintenanceDueAt) return null;
  return await orCannotTell(() => aws.maintenance(tunnel));
}

type AzureEnds = ReadonlyMap<string, AzureEnd | CannotTell>;

async function observeAzure({ hand, desired }: Observer): Promise<AzureEnds> {
  const names = desired.map(({ name }) => name);
  const starts = Array.from(
    { length: Math.ceil(names.length / OBSERVE_MAX) },
    (_, batch) => batch * OBSERVE_MAX,
  );
  const batches = await Promise.all(
    starts.map((start) => observeBatch(hand, names.slice(start, start + OBSERVE_MAX))),
  );
  return new Map(batches.flatMap((batch) => [...batch]));
}

async function observeBatch(hand: Observer["hand"], names: string[]): Promise<AzureEnds> {
  const answer = await orCannotTell(() => hand("tunnels.observe", { names }));
  if ("unknown" in answer) return new Map(names.map((name) => [name, answer]));
  if (answer.outcome === "refused") return new Map(names.map((name) => [name, { unknown: answer.reason }]));
  return new Map(
    answer.tunnels.map((tunnel) => [
      tunnel.name,
      "problem" in tunnel ? { unknown: tunnel.problem.code } : tunnel.end,
    ]),
  );
}

/** The ends belong together by their address: one that ends at another says nothing of this tunnel. */
function azureEndOf(
  { outsideIp }: DesiredTunnel,
  end: AzureEnd | CannotTell | undefined,
): AzureEnd | CannotTell {
  if (end === undefined) return { unknown: "not-answered" };
  if ("unknown" in end) return end;
  return end.outsideIp === outsideIp ? end : { unknown: "other-outside-address" };
}

async function orCannotTell<T>(ask: () => Promise<T>): Promise<T | CannotTell> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CloudError) return { unknown: error.code };
    throw error;
  }
}
