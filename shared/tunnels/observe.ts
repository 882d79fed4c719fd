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

/** What is asked right before a repair: AWS comes last, so that nothing stands between its word and the repair. */
export async function observeAgain(observer: Observer): Promise<ObservedTunnel[]> {
  const azureEnds = await observeAzure(observer);
  return join(observer, await describe(observer), azureEnds, []);
}

export async function observeTunnels(observer: Observer, options: ObserveOptions): Promise<ObservedTunnel[]> {
  const { desired } = observer;
  const [connections, azureEnds, maintenances] = await Promise.all([
    describe(observer),
    observeAzure(observer),
    Promise.all(desired.map((tunnel) => observeMaintenance(observer, tunnel, options))),
  ]);
  return await join(observer, connections, azureEnds, maintenances);
}

type Connections = Awaited<ReturnType<AwsTunnels["describe"]>> | CannotTell;

const describe = ({ aws, desired }: Observer): Promise<Connections> =>
  orCannotTell(() => aws.describe(desired.map(({ vpnConnectionId }) => vpnConnectionId)));

async function join(
  observer: Observer,
  connections: Connections,
  azureEnds: AzureEnds,
  maintenances: readonly ObservedTunnel["maintenance"][],
): Promise<ObservedTunnel[]> {
  return await Promise.all(
    observer.desired.map(async (tunnel, index) => ({
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
    // AWS may say nothing of a tunnel that is there, as while it works on it. There is none when it lists others only.
    const isGone = connection.state === "available" && connection.addresses?.has(tunnel.outsideIp) === false;
    return isGone ? ABSENT : { unknown: "no-telemetry" };
  }
  const isBgp = tunnel.routing === "bgp";
  const { status } = telemetry;
  const acceptedRoutes = isBgp ? telemetry.acceptedRoutes : null;
  const end: AwsEnd = { status, acceptedRoutes, ...NOT_ASKED, connectionState: connection.state };
  if (status === "up") return end;
  const active = await orCannotTell(() => aws.activeStatus(tunnel));
  const known = "unknown" in active ? { unknownDetail: active.unknown } : active;
  // Without BGP, what is down is IPsec.
  return { ...end, ...known, ...(isBgp ? {} : { ipsec: "down" }) };
}

const NOT_ASKED = { ipsec: "unknown", provisioning: "unknown", unknownDetail: null } as const;
const ABSENT: AwsEnd = {
  status: "absent",
  acceptedRoutes: null,
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
