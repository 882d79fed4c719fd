/** The demo's own time, which runs faster than the clock: that of certificates, and that of everything else. */
import { setTimeout as pause } from "node:timers/promises";

/** An hour of the certificates' schedule takes twelve seconds, and the ten minutes between two looks take two. */
export const CERTIFICATES_SPEED = 300;

/**
 * The minute between two sweeps of the tunnels takes one second, and the 15 of the groups of rules take 15; so do
 * alarms ring, events come, and tunnels come and go.
 */
export const SPEED = 60;

export const scheduledMinutes = (minutes: number): Promise<void> =>
  pause((minutes * 60_000) / CERTIFICATES_SPEED);

/**
 * Faults that are left out: what mends them waits for minutes of the clock, which the demo does not have. Of a message
 * or a reset whose outcome nobody knows, the next try comes after two minutes and after ten. And of a change whose
 * event is lost the sweep finds what was changed, but nobody can say who it was. An endpoint that takes AWS twenty minutes
 * would hold up whoever looks on for as many seconds.
 */
export const SPARED = [
  "network:",
  "ec2:replacement slow",
  "slack:chat.postMessage late error",
  "slack:chat.postMessage unavailable",
  "events lost",
  "event-grid:Deliver lost",
];
