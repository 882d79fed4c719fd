/** What a run says at its end: for the log, and for whoever invoked it. */
import { finishRun } from "../reconcile/finish-run.ts";
import type { Clock, Instant } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { type Health, healthOf } from "./health.ts";
import type { TunnelsPlan } from "./plan.ts";
import { cannotTell, type Memory, type ObservedTunnel } from "./schema.ts";

export interface WatchReport {
  readonly tunnels: Readonly<Record<string, Health>>;
  readonly severity: TunnelsPlan["severity"];
  readonly repair: TunnelsPlan["repair"];
  /** One short sentence for each thing that went wrong. */
  readonly trouble: readonly string[];
}

/** For a person who asks how things stand. */
export interface PlannedReport extends WatchReport, Pick<TunnelsPlan, "waits" | "conditions" | "complete"> {
  readonly frozen: boolean;
  /** Null also when what is remembered cannot be read. */
  readonly work: Memory["work"];
}

interface Run {
  readonly startedAt: Instant;
  readonly observed: readonly ObservedTunnel[];
  readonly plan: TunnelsPlan;
  readonly trouble: readonly string[];
}

export function reportWatch(
  run: { readonly log: Log; readonly clock: Clock },
  { startedAt, observed, plan, trouble: told }: Run,
): WatchReport {
  const counts = { tunnels: observed.length };
  const trouble = finishRun(run, {
    startedAt,
    counts,
    trouble: [...observed.flatMap(unseenTrouble), ...told],
  });
  const { severity, repair } = plan;
  return { tunnels: healthsOf(observed), severity, repair, trouble };
}

export const healthsOf = (observed: readonly ObservedTunnel[]): Record<string, Health> =>
  Object.fromEntries(observed.map((tunnel) => [tunnel.name, healthOf(tunnel)]));

/** That an end could not be asked is one thing, for however many tunnels. */
function unseenTrouble({ aws, azure, maintenance }: ObservedTunnel): string[] {
  return [
    ...(cannotTell(aws) ? [`AWS could not be asked for tunnels: ${aws.unknown}`] : []),
    ...(!cannotTell(aws) && aws.unknownDetail !== null
      ? [`AWS could not be asked whether IPsec is up: ${aws.unknownDetail}`]
      : []),
    ...(cannotTell(azure) ? [`Azure could not be asked for tunnels: ${azure.unknown}`] : []),
    ...(maintenance !== null && cannotTell(maintenance)
      ? [`AWS could not be asked for maintenance: ${maintenance.unknown}`]
      : []),
  ];
}
