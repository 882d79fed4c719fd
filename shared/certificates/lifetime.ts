/**
 * The parts of a certificate's life, in whole seconds from its issue. A certificate is used for
 * `renewBySeconds`, then the lead is left: the time in which a failing renewal can be mended.
 */

/** The latest renewal: `fraction` of the lifetime, rounded so that the lead is never shortened. */
export function renewBySeconds(lifetimeSeconds: number, fraction: number): number {
  return Math.floor(lifetimeSeconds * fraction);
}

/** No planned renewal comes before this: half of the time to the latest one, so that none is due at once. */
export function earliestRenewalSeconds(lifetimeSeconds: number, fraction: number): number {
  return Math.ceil(renewBySeconds(lifetimeSeconds, fraction) / 2);
}

/** The most that jitter may draw a renewal forward; negative when the life is too short to be renewed at all. */
export function jitterLimitSeconds(lifetimeSeconds: number, fraction: number): number {
  return earliestRenewalSeconds(lifetimeSeconds, fraction) - 1;
}

/** The longest a window may stay closed, so that each life meets it between the earliest and the latest renewal. */
export function closedLimitSeconds(lifetimeSeconds: number, fraction: number): number {
  return renewBySeconds(lifetimeSeconds, fraction) - earliestRenewalSeconds(lifetimeSeconds, fraction);
}
