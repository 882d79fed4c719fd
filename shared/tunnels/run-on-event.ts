/** One invocation: a person's question changes nothing, an event that is none of ours ends it, every other one is a look at all tunnels. */
import { eventFields, hear, type Listening } from "./events.ts";
import type { Watcher } from "./plan-watch.ts";
import type { PlannedReport, WatchReport } from "./report.ts";
import { planNow, watchTunnels } from "./watch.ts";

export type EventReport =
  | WatchReport
  | PlannedReport
  | { readonly passed: string; readonly trouble: readonly [] };

export async function runOnEvent(watcher: Watcher & Listening, event: unknown): Promise<EventReport> {
  if (asksForPlan(event)) return await planNow(watcher);
  const heard = hear(watcher, event);
  const { look, reason } = heard;
  // One each minute says nothing.
  if (reason !== "schedule") watcher.log.info("tunnels.heard", { look, reason, ...eventFields(event) });
  if (!heard.look) return { passed: heard.reason, trouble: [] };
  return await watchTunnels(watcher, heard);
}

/** As a person asks every function of the link (docs/operating.md). */
const asksForPlan = (event: unknown): boolean =>
  typeof event === "object" && event !== null && "run" in event && event.run === "plan";
