/**
 * The tunnels' loop: observe, plan, tell, mend. What is told does not wait for a repair, and a repair that fails is
 * told too; one end in trouble hides nothing that the other says, and never makes the run green.
 */
import type { Freeze } from "../freeze/schema.ts";
import type { LinkVpn } from "../link/vpn.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { sayFrozen } from "../reconcile/say-frozen.ts";
import { type Tell, tellConditions } from "../reconcile/tell-conditions.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { applyRepair, type Mended, type Mender } from "./apply.ts";
import { isSame } from "./memory.ts";
import { type Observer, observeTunnels } from "./observe.ts";
import { planTunnels, type TunnelsPlan } from "./plan.ts";
import { healthsOf, type PlannedReport, reportWatch, type WatchReport } from "./report.ts";
import type { Memory, ObservedTunnel } from "./schema.ts";
import { CONCERN, type TunnelsView } from "./view.ts";

export interface Watcher extends Observer, Mender {
  readonly vpn: LinkVpn;
  readonly aws: Observer["aws"];
  readonly hand: Observer["hand"];
  readonly linksTo: TunnelsView["linksTo"];
  /** Tells the alerts what holds now. */
  readonly tell: Tell;
  /** Brings the hand the word about the freeze, and collects its notes; the answer is what a person should look at. */
  readonly sweep: (freeze: Freeze) => Promise<readonly string[]>;
  readonly log: Log;
  readonly clock: Clock;
  readonly remainingMs: () => number;
}

export interface WatchOptions {
  readonly askMaintenance: boolean;
}

/** The slowest call (30 s for the hand), and what is written around it. A repair that is cut off does no harm. */
const REPAIR_RESERVE_MS = 60_000;

/** Throws `CloudError` when the memory could not be read: then nothing is known of what may be done. */
export async function watchTunnels(watcher: Watcher, { askMaintenance }: WatchOptions): Promise<WatchReport> {
  const { store, log, clock } = watcher;
  const startedAt = clock();
  const { memory: before, freeze } = await store.read();
  const { frozen } = freeze;
  sayFrozen(watcher, freeze);
  const [observed, swept] = await Promise.all([
    observeTunnels(watcher, { memory: before, now: startedAt, askMaintenance }),
    watcher.sweep(freeze),
  ]);
  const plan = planOf(watcher, { observed, memory: before, frozen, now: startedAt });
  const { severity, repair, waits, complete } = plan;
  log.info("tunnels.planned", { severity, tunnels: healthsOf(observed), repair, waits, frozen, complete });

  const memory = await writeMemory(watcher, before, plan.memory);
  const told = await tell(watcher, plan, startedAt);
  const mended = memory === null ? [] : await mend(watcher, { ...plan, memory }, observed, frozen, startedAt);
  return reportWatch(watcher, { startedAt, observed, plan, trouble: [...swept, ...told, ...mended] });
}

/** What a run would do now. Nothing is written, told or mended. */
export async function planNow(watcher: Watcher): Promise<PlannedReport> {
  const now = watcher.clock();
  const { memory, freeze } = await watcher.store.read();
  const { frozen } = freeze;
  const observed = await observeTunnels(watcher, { memory, now, askMaintenance: false });
  const { severity, conditions, repair, waits, complete } = planOf(watcher, {
    observed,
    memory,
    frozen,
    now,
  });
  const tunnels = healthsOf(observed);
  return { tunnels, severity, repair, waits, conditions, complete, frozen, work: memory.work, trouble: [] };
}

type Seen = {
  readonly observed: ObservedTunnel[];
  readonly memory: Memory;
  readonly frozen: boolean;
  readonly now: number;
};

const planOf = ({ vpn, desired, linksTo }: Watcher, seen: Seen): TunnelsPlan =>
  planTunnels({ vpn, desired, linksTo, ...seen });

/** Null when another run has written meanwhile: then mending is left to that one. */
async function writeMemory({ store, log }: Watcher, before: Memory, after: Memory): Promise<Memory | null> {
  if (isSame(before, after)) return before;
  const written = await store.write(after);
  if (written === null) log.info("tunnels.other-run");
  return written;
}

const tell = (
  watcher: Watcher,
  { conditions, complete }: TunnelsPlan,
  observedAt: number,
): Promise<readonly string[]> =>
  tellConditions(watcher, { concern: CONCERN, conditions, observedAt, complete });

async function mend(
  watcher: Watcher,
  plan: TunnelsPlan,
  observed: ObservedTunnel[],
  frozen: boolean,
  now: number,
): Promise<readonly string[]> {
  const { repair, memory } = plan;
  const { log, desired, remainingMs } = watcher;
  const tunnel = desired.find(({ name }) => name === repair?.tunnel);
  if (repair === null || tunnel === undefined) return [];
  if (remainingMs() < REPAIR_RESERVE_MS) {
    log.info("tunnel.not-mended", { ...repair, code: "no-time-left" });
    return [];
  }
  // What was written down of it before is told by the next run.
  const mended = await orCloudError(() => applyRepair(watcher, { tunnel, repair }, memory, now));
  if (mended instanceof CloudError) {
    const { operation, code } = mended;
    log.error("tunnel.not-mended", { ...repair, operation, code });
    return [`${repair.tunnel}: its repair could not be carried out: ${operation} failed, ${code}`];
  }
  if (mended.outcome === "held-up") {
    log.info("tunnel.not-mended", { ...repair, code: mended.code });
    return [];
  }
  log[mended.outcome === "begun" ? "info" : "warn"]("tunnel.mended", { ...repair, ...outcomeOf(mended) });
  const after = planOf(watcher, { observed, memory: mended.memory, frozen, now });
  return [...(await tell(watcher, after, now)), ...troubleOf(repair.tunnel, mended)];
}

type Tried = Exclude<Mended, { outcome: "held-up" }>;

const outcomeOf = (mended: Tried) =>
  mended.outcome === "begun" ? { outcome: mended.outcome } : { outcome: mended.outcome, code: mended.code };

/** A refusal is an answer, which the next repair goes by. */
const troubleOf = (tunnel: string, mended: Tried): string[] =>
  mended.outcome === "unknown"
    ? [`${tunnel}: whether its repair was begun is not known, ${mended.code}`]
    : [];
