/**
 * Carries out one repair: holds the link's lease, writes down that it begins, checks that the lease is still its own,
 * looks at the whole link again, and only then calls the cloud. What was seen before may be a minute old: the tunnel may
 * have come back, and the others may be gone. A run that dies anywhere leaves at most a repair that was written down
 * and not begun, which costs a back-off; one that was begun and not written down there cannot be.
 */
import type { HandOf } from "../azure-api/client.ts";
import type { EndpointOf } from "../azure-api/contract.ts";
import type { Lease } from "../lease/lease.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { AwsTunnels } from "./aws-tunnels.ts";
import { type WrittenRepair, withOutcome, withoutRepair, withRepair } from "./memory.ts";
import type { MemoryStore } from "./memory-store.ts";
import { BEGUN, type DesiredTunnel, type Memory, type Repair, UNSURE } from "./schema.ts";

export interface Mender {
  readonly aws: Pick<AwsTunnels, "replace">;
  readonly hand: HandOf<EndpointOf<"tunnels">>;
  readonly store: MemoryStore;
  readonly lease: Lease;
  /** Of this invocation, for whoever finds the lease held. */
  readonly holder: string;
  readonly remainingMs: () => number;
}

export interface Wanted {
  readonly tunnel: DesiredTunnel;
  readonly repair: Repair;
  readonly memory: Memory;
  readonly now: Instant;
  /** What would be mended by what can be seen now. */
  readonly lookAgain: () => Promise<Repair | null>;
}

export type Mended =
  /** The cloud has taken it on. */
  | { readonly outcome: "begun"; readonly memory: Memory }
  /** It said no, or a later holder of the lease is at work: nothing was changed. */
  | { readonly outcome: "refused"; readonly code: string; readonly memory: Memory }
  /** Nobody knows whether it was begun. */
  | { readonly outcome: "unknown"; readonly code: string; readonly memory: Memory }
  /** It is not what is due any more, or there is no time left for it: nothing was asked for, and it does not count. */
  | { readonly outcome: "given-up"; readonly code: GivenUp; readonly memory: Memory }
  /** Another run has written meanwhile, and is at it. */
  | { readonly outcome: "other-run" }
  | { readonly outcome: "lease-held"; readonly holder: string; readonly until: Instant };

type GivenUp = "not-due-any-more" | "no-time-left";

/** The call, which takes 30 s at most for the hand, and what is written after it. */
const CALL_RESERVE_MS = 40_000;

/** Throws `CloudError` when the table could not be read or written. */
export async function applyRepair(mender: Mender, wanted: Wanted): Promise<Mended> {
  const { lease, holder } = mender;
  const held = await lease.acquire(holder);
  if (!("fence" in held)) return { outcome: "lease-held", ...held };
  try {
    return await applyUnderLease(mender, wanted, held.fence);
  } finally {
    await lease.release(held.fence);
  }
}

async function applyUnderLease(mender: Mender, wanted: Wanted, fence: number): Promise<Mended> {
  const { repair, memory, now } = wanted;
  const begun = await mender.store.write(withRepair(memory, repair, now));
  if (begun === null) return { outcome: "other-run" };
  const answer = await lookAndCall(mender, wanted, fence);
  const written = { ...repair, at: now };
  return {
    ...answer,
    memory: await settle(mender.store, begun, (stands) => settled(stands, written, answer)),
  };
}

async function lookAndCall(mender: Mender, wanted: Wanted, fence: number): Promise<Answer> {
  if (!(await mender.lease.check(fence))) return { outcome: "refused", code: "lease-lost" };
  const due = await wanted.lookAgain();
  const { tunnel, kind } = wanted.repair;
  if (due?.tunnel !== tunnel || due.kind !== kind) return { outcome: "given-up", code: "not-due-any-more" };
  if (mender.remainingMs() < CALL_RESERVE_MS) return { outcome: "given-up", code: "no-time-left" };
  return await call(mender, wanted, fence);
}

/** Somebody may have written meanwhile: what they wrote is kept. */
async function settle(
  store: MemoryStore,
  begun: Memory,
  change: (stands: Memory) => Memory,
): Promise<Memory> {
  let stands = begun;
  for (let tries = 0; tries < SETTLE_TRIES; tries += 1) {
    const written = await store.write(change(stands));
    if (written !== null) return written;
    const { memory } = await store.read();
    if (memory === null) break;
    stands = memory;
  }
  return change(stands);
}
/** Few runs at once write to it, and each of them once or twice. */
const SETTLE_TRIES = 4;

function settled(stands: Memory, written: WrittenRepair, answer: Answer): Memory {
  if (answer.outcome === "given-up") return withoutRepair(stands, written);
  const over = answer.outcome === "refused";
  const outcome = over ? answer.code : answer.outcome === BEGUN ? BEGUN : UNSURE;
  return withOutcome(stands, written, { outcome, over });
}

type Answer =
  | { readonly outcome: "begun" }
  | { readonly outcome: "refused" | "unknown"; readonly code: string }
  | { readonly outcome: "given-up"; readonly code: GivenUp };

async function call({ aws, hand }: Mender, { tunnel, repair }: Wanted, fence: number): Promise<Answer> {
  try {
    if (repair.kind === "replace-aws") {
      const answer = await aws.replace(tunnel);
      return answer === BEGUN ? { outcome: BEGUN } : { outcome: "refused", code: answer.refused };
    }
    const { name, outsideIp } = tunnel;
    const answer = await hand("tunnels.reset", { name, outsideIp, fence });
    return answer.outcome === "refused" ? { outcome: "refused", code: answer.reason } : { outcome: BEGUN };
  } catch (error) {
    if (error instanceof CloudError) return { outcome: "unknown", code: error.code };
    throw error;
  }
}
