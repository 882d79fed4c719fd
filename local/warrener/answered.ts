/** What a command comes to. */
import type { Line } from "./line.ts";

export interface Answered {
  /** For people. */
  readonly lines: readonly Line[];
  /** For machines. */
  readonly json: unknown;
  /** The answer is as good as it can be, and yet something is wrong. */
  readonly problem: string | null;
}

/** Of the newest changes and orders. */
export const CUT =
  "so many changes wait to be told on the bus that not all of them were looked through: older ones may be missing. docs/operating.md, `changes.untold`, says what to do";
