/** The last phase of a look at the tunnels: the repair that is due is carried out, and what came of it is told. */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { applyRepair, type Mended } from "./apply.ts";
import { withHeldUp } from "./memory.ts";
import { observeAgain } from "./observe.ts";
import { planOf, type Seen, tellPlan, type Watcher } from "./plan-watch.ts";
import type { DesiredTunnel, HeldUp, Memory, Repair } from "./schema.ts";

/**
 * The second look and the call, when neither is slow; before the call the time is looked at again (apply.ts). So much
 * is kept for them of the sweep's time; what is left of a run is enough for a page of the hand's notes all the same.
 */
export const REPAIR_RESERVE_MS = 50_000;

/** One short sentence for each thing that went wrong. */
export async function mend(
  watcher: Watcher,
  repair: Repair | null,
  seen: Seen & { readonly memory: Memory },
): Promise<readonly string[]> {
  const tunnel = watcher.desired.find(({ name }) => name === repair?.tunnel);
  if (repair === null || tunnel === undefined) return [];
  if (watcher.remainingMs() < REPAIR_RESERVE_MS) return await holdUp(watcher, repair, seen, "no-time-left");
  const second = secondLook(watcher, seen);
  const wanted = { tunnel, repair, memory: seen.memory, now: seen.now, lookAgain: second.look };
  // What was written down of it before is told by the next run.
  const mended = await orCloudError(() => applyRepair(watcher, wanted));
  if (!(mended instanceof CloudError)) return await tellMended(watcher, wanted, mended, second.seen());
  const { operation, code } = mended;
  watcher.log.error("tunnel.not-mended", { ...repair, operation, code });
  return [`${repair.tunnel}: its repair could not be carried out: ${operation} failed, ${code}`];
}

/** Looks at the whole link as if for the first time; the repair that is written down already stands in no look's way. */
function secondLook(watcher: Watcher, first: Seen & { readonly memory: Memory }) {
  let seen: Seen = first;
  return {
    seen: () => seen,
    look: async (): Promise<Repair | null> => {
      const { freeze, endsDiffer } = await watcher.store.read();
      const observed = await observeAgain(watcher);
      seen = { ...first, observed, frozen: freeze.frozen, endsDiffer, now: watcher.clock() };
      return planOf(watcher, seen).repair;
    },
  };
}

async function tellMended(
  watcher: Watcher,
  { repair }: { readonly repair: Repair; readonly tunnel: DesiredTunnel },
  mended: Mended,
  seen: Seen,
): Promise<readonly string[]> {
  const { log } = watcher;
  switch (mended.outcome) {
    case "lease-held": {
      const { holder, until } = mended;
      return await holdUp(watcher, repair, seen, "lease-held", { holder, until });
    }
    case "other-run":
      log.info("tunnel.not-mended", { ...repair, code: "other-run" });
      return [];
    case "given-up": {
      const { code, memory } = mended;
      if (code === "no-time-left") return await holdUp(watcher, repair, { ...seen, memory }, code);
      log.info("tunnel.not-mended", { ...repair, code });
      return await tellPlan(watcher, planOf(watcher, { ...seen, memory }), seen.now);
    }
    case "begun":
      log.info("tunnel.mended", { ...repair, outcome: mended.outcome });
      return await tellPlan(watcher, planOf(watcher, { ...seen, memory: mended.memory }), seen.now);
    case "refused":
    case "unknown": {
      const { outcome, code, memory } = mended;
      log.warn("tunnel.mended", { ...repair, outcome, code });
      const told = await tellPlan(watcher, planOf(watcher, { ...seen, memory }), seen.now);
      // A refusal is an answer, which the next repair goes by.
      const trouble = `${repair.tunnel}: whether its repair was begun is not known, ${code}`;
      return outcome === "refused" ? told : [...told, trouble];
    }
  }
}

/** Written down, so that it is told once it has gone on for longer than another run could be at it. */
async function holdUp(
  { store, log }: Watcher,
  repair: Repair,
  { memory, now }: Seen,
  code: HeldUp["reason"],
  more: { readonly holder?: string; readonly until?: number } = {},
): Promise<readonly string[]> {
  log.info("tunnel.not-mended", { ...repair, code, ...more });
  if (memory === null) return [];
  const after = withHeldUp(memory, code, now);
  const written = after === memory ? memory : await orCloudError(() => store.write(after));
  if (!(written instanceof CloudError)) return [];
  return [`${repair.tunnel}: that its repair is held up could not be written down: ${written.code}`];
}
