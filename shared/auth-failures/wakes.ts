/**
 * Asks other concerns of the link to look at once, as a port; the adapter is in aws-wakes.ts. It is a hint and nothing
 * more: who is asked observes, and does what it would have done on its schedule.
 */
import type { Instant } from "../runtime/instant.ts";
import type { WakeTarget } from "./cause.ts";

export interface Waker {
  /** Never throws for the bus's own failure: its code; null when all are asked. */
  wake(targets: readonly WakeTarget[], at: Instant): Promise<string | null>;
}
