/** What one half of a run comes to, for either cloud. */
import type { GroupReport } from "./group-report.ts";

/** A group that could not be looked at: that says nothing about how it is. */
export interface GroupProblem {
  /** By the link's name. */
  readonly group: string;
  readonly code: string;
}

export interface HalfReport {
  /** In the order in which they came about: of several of one group, the last says how it stands. */
  readonly reports: readonly GroupReport[];
  readonly problems: readonly GroupProblem[];
  /** One short sentence for each other thing that went wrong. */
  readonly trouble: readonly string[];
}
