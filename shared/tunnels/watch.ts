/**
 * The tunnels' loop: observe, plan, tell, sweep, mend. What is told waits neither for the hand nor for a repair, and a
 * repair that fails is told too; one end in trouble hides nothing that the other says, and never makes the run green.
 */
import { sayFrozen } from "../reconcile/say-frozen.ts";
import { isSame } from "./memory.ts";
import { MEMORY_UNREADABLE } from "./memory-store.ts";
import { mend, REPAIR_RESERVE_MS } from "./mend.ts";
import { observeTunnels } from "./observe.ts";
import { planOf, tellPlan, type Watcher } from "./plan-watch.ts";
import { healthsOf, type PlannedReport, reportWatch, type WatchReport } from "./report.ts";
import { type Memory, NO_MEMORY } from "./schema.ts";

export interface WatchOptions {
  readonly askMaintenance: boolean;
}

/** Throws `CloudError` when the memory could not be asked for: then nothing is known of what may be done. */
export async function watchTunnels(watcher: Watcher, { askMaintenance }: WatchOptions): Promise<WatchReport> {
  const { store, log, clock, remainingMs } = watcher;
  const startedAt = clock();
  const { memory: before, freeze, endsDiffer } = await store.read();
  const { frozen } = freeze;
  sayFrozen(watcher, freeze);
  const asked = { memory: before ?? NO_MEMORY, now: startedAt, askMaintenance };
  const observed = await observeTunnels(watcher, asked);
  const seen = { observed, frozen, endsDiffer, now: startedAt };
  const plan = planOf(watcher, { ...seen, memory: before });
  const { severity, repair, waits, complete } = plan;
  log.info("tunnels.planned", { severity, tunnels: healthsOf(observed), repair, waits, frozen, complete });

  const memory = before === null ? null : await writeMemory(watcher, before, plan.memory);
  const told = await tellPlan(watcher, plan, startedAt);
  const reservedMs = repair === null ? 0 : REPAIR_RESERVE_MS;
  const swept = await watcher.sweep(freeze, () => remainingMs() - reservedMs);
  const mended = memory === null ? [] : await mend(watcher, repair, { ...seen, memory });
  const forgotten = before === null ? [MEMORY_UNREADABLE] : [];
  return reportWatch(watcher, {
    startedAt,
    observed,
    plan,
    trouble: [...forgotten, ...told, ...swept, ...mended],
  });
}

/** What a run would do now. Nothing is written, told or mended. */
export async function planNow(watcher: Watcher): Promise<PlannedReport> {
  const now = watcher.clock();
  const { memory, freeze, endsDiffer } = await watcher.store.read();
  const { frozen } = freeze;
  const asked = { memory: memory ?? NO_MEMORY, now, askMaintenance: false };
  const observed = await observeTunnels(watcher, asked);
  const plan = planOf(watcher, { observed, memory, frozen, endsDiffer, now });
  const { severity, conditions, repair, waits, complete } = plan;
  const tunnels = healthsOf(observed);
  const work = memory?.work ?? null;
  const trouble = memory === null ? [MEMORY_UNREADABLE] : [];
  return { tunnels, severity, repair, waits, conditions, complete, frozen, work, trouble };
}

/** Null when another run has written meanwhile: then mending is left to that one. */
async function writeMemory({ store, log }: Watcher, before: Memory, after: Memory): Promise<Memory | null> {
  if (isSame(before, after)) return before;
  const written = await store.write(after);
  if (written === null) log.info("tunnels.other-run");
  return written;
}
