/** The demo's own time: the local scheduler's, which runs faster than the clock. */
import { setTimeout as pause } from "node:timers/promises";

/** An hour of the schedule takes twelve seconds, and the ten minutes between two looks take two. */
export const SPEED = 300;

export const scheduledMinutes = (minutes: number): Promise<void> => pause((minutes * 60_000) / SPEED);
