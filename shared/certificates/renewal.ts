/**
 * When a certificate is renewed: `notAfter - (1 - fraction) x lifetime - jitter`, moved into a window where
 * that is possible. Never after the deadline, whatever the window says.
 */
import { createHash } from "node:crypto";
import type { RenewalWindow } from "../link/window.ts";
import type { Instant } from "../runtime/instant.ts";
import { earliestRenewalSeconds, renewBySeconds } from "./lifetime.ts";
import { openingsAround } from "./window.ts";

export interface Renewal {
  readonly notAfter: Instant;
  /** As declared by the link, not as found in the certificate: that one starts an hour before its issue. */
  readonly lifetimeSeconds: number;
  readonly fraction: number;
  readonly jitterSeconds: number;
  readonly window: RenewalWindow | undefined;
}

/** The latest instant at which a certificate may be renewed as planned: its end minus the lead. */
const renewalDeadline = ({ notAfter, lifetimeSeconds, fraction }: Renewal): Instant =>
  notAfter - lifetimeSeconds + renewBySeconds(lifetimeSeconds, fraction);

/**
 * The instant from which a certificate is due. Due stays due: a renewal that fails in its window is tried
 * again outside of it.
 */
export function renewAt(renewal: Renewal): Instant {
  const deadline = renewalDeadline(renewal);
  const point = deadline - renewal.jitterSeconds;
  if (renewal.window === undefined) return point;
  const { before, after } = openingsAround(renewal.window, point);
  if (point < before.to) return point;
  // Later costs only jitter, so it comes first; earlier costs life.
  if (after.from <= deadline) return after.from;
  const { notAfter, lifetimeSeconds, fraction } = renewal;
  const earliest = notAfter - lifetimeSeconds + earliestRenewalSeconds(lifetimeSeconds, fraction);
  const candidate = Math.max(before.from, earliest);
  return candidate < before.to ? candidate : point;
}

/** 0 to `maxSeconds`, always the same for one certificate, spread evenly over many. */
export function jitterOf(name: string, maxSeconds: number): number {
  const draw = createHash("sha256").update(name).digest().readUIntBE(0, 6);
  return draw % (maxSeconds + 1);
}
