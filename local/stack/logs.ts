/** The log groups of a stack: those that the deployment creates, and those that it reads and that are there already. */
import { Logs } from "../aws/logs.ts";
import type { Graph } from "../graph/schema.ts";
import type { Kernel } from "../stand-in/kernel.ts";

type Parts = Pick<Graph, "region" | "logGroups" | "subscriptionFilters">;

/** What is only read is somebody else's, who keeps the lines for ever. */
export function createLogs(kernel: Kernel, { region, logGroups, subscriptionFilters }: Parts): Logs {
  const logs = new Logs({ kernel, region });
  for (const { logGroup } of subscriptionFilters) logs.createGroup(logGroup);
  for (const { name, retentionDays } of logGroups) logs.createGroup(name, retentionDays);
  return logs;
}
