/**
 * One look at the pre-shared keys of a link: observed, planned, and at most one step carried out. The step is planned
 * again under the link's lease, right before it: a minute may have passed, and another tunnel may be gone. A run that
 * dies anywhere leaves a state that the next one goes on from.
 */
import type { Condition } from "../alerts/condition.ts";
import type { Lease } from "../lease/lease.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Clock } from "../runtime/instant.ts";
import { type Applied, applyStep } from "./pre-shared-apply.ts";
import { noteStep, undoStep, workOf } from "./pre-shared-note.ts";
import { type KeysObserver, observePreSharedKeys, type SeenKeys } from "./pre-shared-observe.ts";
import { type PreSharedPlan, planPreSharedKeys } from "./pre-shared-plan.ts";
import type { PreSharedStore, Standing } from "./pre-shared-ports.ts";
import type { PreSharedMemory, PreSharedPolicy } from "./pre-shared-schema.ts";
import type { PreSharedStep } from "./pre-shared-steps.ts";

export interface Rotator extends KeysObserver {
  readonly policy: PreSharedPolicy;
  readonly store: PreSharedStore;
  readonly lease: Lease;
  /** Of this invocation, for whoever finds the lease held. */
  readonly holder: string;
  readonly linksTo: (tunnel: string) => Condition["links"];
  readonly clock: Clock;
  readonly remainingMs: () => number;
}

export type LookOutcome =
  | Applied
  | { readonly outcome: "nothing-to-do" | "lease-held" | "lease-lost" | "other-run" | "not-due-any-more" }
  | { readonly outcome: "no-time-left" | "work-under-way" };

/** What was seen, without any key. */
export interface PlannedLook {
  readonly plan: PreSharedPlan;
  readonly standing: Standing;
}

export type KeysLook = LookOutcome & PlannedLook;

/** The call, which takes 30 s at most for the hand, and what is written after it. */
const CALL_RESERVE_MS = 40_000;

/** Throws `CloudError` when what is remembered could not be read or kept: then nothing was changed. */
export async function rotatePreSharedKeys(rotator: Rotator): Promise<KeysLook> {
  const { store, lease, holder } = rotator;
  const { plan, standing } = await look(rotator);
  const looked = { plan, standing };
  const kept = await keep(store, standing.memory, plan.memory);
  if (kept === null) return { ...looked, outcome: "other-run" };
  if (isLeftOver(standing, kept)) await store.announce(null);
  if (plan.step === null || standing.memory === null) return { ...looked, outcome: "nothing-to-do" };
  const held = await lease.acquire(holder);
  if (!("fence" in held)) return { ...looked, outcome: "lease-held" };
  try {
    return { ...looked, ...(await lookAndApply(rotator, plan.step, held.fence)) };
  } finally {
    // It ends by itself, too; what was done must not be lost over it.
    await orCloudError(() => lease.release(held.fence));
  }
}

/** What a run would do now. Nothing is written. */
export async function planNow(rotator: Rotator): Promise<PlannedLook> {
  const { plan, standing } = await look(rotator);
  return { plan, standing };
}

interface Looked {
  readonly standing: Standing;
  readonly seen: SeenKeys;
  readonly plan: PreSharedPlan;
}

async function look(rotator: Rotator): Promise<Looked> {
  const { policy, desired, store, linksTo, clock } = rotator;
  const standing = await store.read();
  const seen = await observePreSharedKeys(rotator);
  const { keys, tunnels } = seen;
  const plan = planPreSharedKeys({ policy, desired, keys, tunnels, ...standing, linksTo, now: clock() });
  return { standing, seen, plan };
}

/** Null when another run has written meanwhile. */
async function keep(
  store: PreSharedStore,
  before: PreSharedMemory | null,
  after: PreSharedMemory,
): Promise<PreSharedMemory | null> {
  // What cannot be read is left as it is.
  if (before === null || JSON.stringify(before) === JSON.stringify(after)) return after;
  return await store.write(after);
}

/** The rotation is over, and the tunnels concern still takes its tunnel for one that is down on purpose. */
const isLeftOver = ({ tunnelsMemory }: Standing, memory: PreSharedMemory): boolean =>
  tunnelsMemory?.work?.reason === "planned" && memory.attempt === null;

async function lookAndApply(rotator: Rotator, step: PreSharedStep, fence: number): Promise<LookOutcome> {
  const { store, lease, clock, remainingMs } = rotator;
  const { plan, standing, seen } = await look(rotator);
  if (standing.memory === null || JSON.stringify(plan.step) !== JSON.stringify(step))
    return { outcome: "not-due-any-more" };
  if (remainingMs() < CALL_RESERVE_MS) return { outcome: "no-time-left" };
  const now = clock();
  const noted = await keep(store, standing.memory, noteStep(plan.memory, step, now));
  if (noted === null) return { outcome: "other-run" };
  const undo = async (why: string | null) => {
    // Whoever has written meanwhile has seen more; a call too many that is remembered is only a pause.
    if (step.kind === "set")
      await orCloudError(() => store.write(undoStep({ before: plan.memory, noted }, step, now, why)));
  };
  const isPlanned = step.kind === "set" && noted.attempt !== null;
  const announced = !isPlanned || (await store.announce(workOf(noted)));
  // What helps a tunnel is done all the same: its repair and this one's change wait for each other in the cloud.
  if (!announced && step.kind === "set" && step.reason === "rotate") {
    await undo(null);
    return { outcome: "work-under-way" };
  }
  if (!(await lease.check(fence))) {
    await undo(null);
    return { outcome: "lease-lost" };
  }
  const applied = await orCloudError(() => applyStep(rotator, step, seen, fence));
  if (applied instanceof CloudError) return { outcome: "unknown", code: applied.code };
  if (applied.outcome === "refused") await undo(applied.why);
  return applied;
}
