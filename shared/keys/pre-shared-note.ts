/** What must be remembered before a step is carried out: of a call whose answer is lost nothing else is left. Pure. */
import type { Instant } from "../runtime/instant.ts";
import {
  withAsked,
  withAttempt,
  withFailed,
  withoutAsked,
  withRefused,
  withTurnedBack,
} from "./pre-shared-memory.ts";
import type { PlannedWork } from "./pre-shared-ports.ts";
import type { PreSharedMemory } from "./pre-shared-schema.ts";
import type { PreSharedStep, SetStep } from "./pre-shared-steps.ts";

/** A replacement takes half an hour at most, and each end may be asked more than once. */
const WORK_SECONDS = 5_400;

export function noteStep(memory: PreSharedMemory, step: PreSharedStep, now: Instant): PreSharedMemory {
  switch (step.kind) {
    case "adopt":
    case "stage":
      return memory;
    case "drop":
      return step.failed === null ? memory : withFailed(memory, step.tunnel, step.failed, now);
    case "promote":
      return withFailed(memory, step.tunnel, step.failed, now);
    case "set":
      return withAsked(noteSet(memory, step, now), step.tunnel, askedBy(step, now));
  }
}

/** What is over in a minute: the next look may ask again. */
const SOON_OVER: ReadonlySet<string> = new Set(["tunnel-busy", "lease-lost", "frozen"]);

/**
 * What must be remembered of an end that was not changed: no rotation has begun by that, nor turned back. `why`: it was
 * refused; null: it was not even asked.
 */
export function undoStep(
  { before, noted }: { readonly before: PreSharedMemory; readonly noted: PreSharedMemory },
  step: SetStep,
  now: Instant,
  why: string | null,
): PreSharedMemory {
  const undone = { ...noted, attempt: before.attempt };
  const asked = askedBy(step, now);
  return why === null || SOON_OVER.has(why)
    ? withoutAsked(undone, step.tunnel, asked)
    : withRefused(undone, step.tunnel, asked, why);
}

const askedBy = ({ end, versionId }: SetStep, at: Instant) => ({ end, versionId, at });

function noteSet(memory: PreSharedMemory, step: SetStep, now: Instant): PreSharedMemory {
  if (step.reason === "rotate" || step.reason === "finish")
    return withAttempt(memory, step.tunnel, step.versionId, now);
  return step.failed === null ? memory : withTurnedBack(memory, step.tunnel, step.failed);
}

/** What the tunnels concern is told: while it lasts, that the tunnel is down is no loss, and no tunnel is repaired. */
export const workOf = ({ attempt }: PreSharedMemory): PlannedWork | null =>
  attempt === null
    ? null
    : { tunnel: attempt.tunnel, startedAt: attempt.startedAt, dueAt: attempt.startedAt + WORK_SECONDS };
