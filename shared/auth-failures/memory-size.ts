/** Keeps the marks of counted lines within what is remembered: the oldest are forgotten first, and that is said. */
import { type AuthSlot, MEMORY_MAX } from "./memory.ts";
import { countMarks, latestMarks } from "./memory-marks.ts";

export function fitLines(slots: readonly AuthSlot[]): AuthSlot[] {
  let left: number = MEMORY_MAX.lines;
  const fitted: AuthSlot[] = [];
  for (const slot of slots.toReversed()) {
    const kept = Math.min(left, countMarks(slot.lines));
    left -= kept;
    const isCut = slot.isCut || kept < countMarks(slot.lines);
    fitted.unshift({ ...slot, lines: latestMarks(slot.lines, kept), isCut });
  }
  return fitted;
}
