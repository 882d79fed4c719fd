/**
 * Where the tunnels of a stack write their logs: as the options say of those that the deployment creates; of others, as
 * somebody has set them, into the group that the link reads them from.
 */
import * as z from "zod";
import type { Link } from "../../shared/link/schema.ts";
import { logTunnels } from "../aws/ec2/tunnel-log.ts";
import type { Logs } from "../aws/logs.ts";
import type { Graph } from "../graph/schema.ts";
import type { VpnWorld } from "../vpn/world.ts";

const TunnelLog = z
  .object({
    cloudwatchLogOptions: z.object({
      logEnabled: z.literal(true),
      logGroupArn: z.string(),
      logOutputFormat: z.literal("json"),
    }),
  })
  .optional();
const Created = z.object({ tunnel1LogOptions: TunnelLog, tunnel2LogOptions: TunnelLog });

type Parts = Pick<Graph, "resources" | "logGroups">;

export interface TunnelLogParts {
  readonly link: Pick<Link, "vpn" | "authFailures">;
  readonly graph: Parts;
  readonly vpn: VpnWorld;
  readonly logs: Pick<Logs, "append">;
}

/** The answer ends it. */
export function writeTunnelLogs({ link, graph, vpn, logs }: TunnelLogParts): () => void {
  const groups = tunnelLogGroups(link, graph, vpn);
  return logTunnels({
    world: vpn,
    groupOf: (outsideIp) => groups.get(outsideIp),
    write: (group, stream, lines) => logs.append(group, stream, lines),
  });
}

/** By the tunnel's outside IP. */
export function tunnelLogGroups(
  link: Pick<Link, "vpn" | "authFailures">,
  graph: Parts,
  world: Pick<VpnWorld, "tunnel">,
): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const { name, aws, tunnels } of link.vpn?.connections ?? []) {
    const [first, second] = "create" in aws ? createdGroups(graph, name) : [readGroup(link), readGroup(link)];
    for (const [index, tunnel] of tunnels.entries()) {
      const group = index === 0 ? first : second;
      if (group !== undefined) groups.set(world.tunnel(tunnel.name).outsideIp, group);
    }
  }
  return groups;
}

function createdGroups({ resources, logGroups }: Parts, connection: string) {
  const inputs = resources.find(({ name }) => name === `Vpn-${connection}`)?.inputs;
  const { tunnel1LogOptions, tunnel2LogOptions } = Created.parse(inputs);
  return [tunnel1LogOptions, tunnel2LogOptions].map(
    (log) => logGroups.find(({ arn }) => arn === log?.cloudwatchLogOptions.logGroupArn)?.name,
  );
}

const readGroup = ({ authFailures }: Pick<Link, "authFailures">): string | undefined =>
  authFailures?.logs.find(({ readers }) => readers.some(({ reader }) => reader === "ike"))?.group;
