/**
 * Carries out one repair: holds the link's lease, writes down that it begins, checks that the lease is still its own,
 * and only then calls the cloud. A run that dies anywhere leaves at most a repair that was written down and not begun,
 * which costs a back-off; one that was begun and not written down there cannot be.
 */
import type { HandOf } from "../azure-api/client.ts";
import type { EndpointOf } from "../azure-api/contract.ts";
import type { Lease } from "../lease/lease.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { AwsTunnels } from "./aws-tunnels.ts";
import { withOutcome, withRepair } from "./memory.ts";
import type { MemoryStore } from "./memory-store.ts";
import { BEGUN, type DesiredTunnel, type Memory, type Repair, UNSURE } from "./schema.ts";

export interface Mender {
  readonly aws: Pick<AwsTunnels, "replace">;
  readonly hand: HandOf<EndpointOf<"tunnels">>;
  readonly store: MemoryStore;
  readonly lease: Lease;
  /** Of this invocation: no other holder has the same. */
  readonly holder: string;
}

export type Mended =
  /** The cloud has taken it on. */
  | { readonly outcome: "begun"; readonly memory: Memory }
  /** It said no, or a later holder of the lease is at work: nothing was changed. */
  | { readonly outcome: "refused"; readonly code: string; readonly memory: Memory }
  /** Nobody knows whether it was begun. */
  | { readonly outcome: "unknown"; readonly code: string; readonly memory: Memory }
  /** Another run is at it. */
  | { readonly outcome: "held-up"; readonly code: "lease-held" | "other-run" };

/** Throws `CloudError` when the table could not be read or written. */
export async function applyRepair(
  mender: Mender,
  wanted: { readonly tunnel: DesiredTunnel; readonly repair: Repair },
  memory: Memory,
  now: Instant,
): Promise<Mended> {
  const { lease, holder } = mender;
  const held = await lease.acquire(holder);
  if (held === null) return { outcome: "held-up", code: "lease-held" };
  try {
    return await applyUnderLease(mender, wanted, memory, now, held.fence);
  } finally {
    await lease.release(held.fence);
  }
}

async function applyUnderLease(
  mender: Mender,
  { tunnel, repair }: { readonly tunnel: DesiredTunnel; readonly repair: Repair },
  memory: Memory,
  now: Instant,
  fence: number,
): Promise<Mended> {
  const begun = await mender.store.write(withRepair(memory, repair, now));
  if (begun === null) return { outcome: "held-up", code: "other-run" };
  const answer = (await mender.lease.check(fence))
    ? await call(mender, tunnel, repair, fence)
    : ({ outcome: "refused", code: "lease-lost" } as const);
  const over = answer.outcome === "refused";
  const after = withOutcome(begun, repair, { outcome: recorded(answer), over });
  // When somebody has written since, the repair stands there already, without its outcome.
  return { ...answer, memory: (await mender.store.write(after)) ?? after };
}

const recorded = (answer: Answer): string =>
  answer.outcome === "refused" ? answer.code : answer.outcome === BEGUN ? BEGUN : UNSURE;

type Answer =
  | { readonly outcome: "begun" }
  | { readonly outcome: "refused" | "unknown"; readonly code: string };

async function call(
  { aws, hand }: Mender,
  tunnel: DesiredTunnel,
  { kind }: Repair,
  fence: number,
): Promise<Answer> {
  try {
    if (kind === "replace-aws") {
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
