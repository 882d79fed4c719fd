/** How one group of rules stands, as far as a plan tells it. */
import type { GroupReport } from "../../shared/allowlists/group-report.ts";
import type { AllowlistGroup } from "../../shared/allowlists/schema.ts";
import type { AllowlistsPlan } from "./allowlists-answer.ts";
import type { Standing } from "./standing.ts";

export interface GroupStanding {
  readonly group: AllowlistGroup;
  readonly standing: Standing;
  /** Null: nothing could be said of it, for the reason in `code`. */
  readonly report: GroupReport | null;
  readonly code: string | null;
}

/** The function's answer does not speak of it: it was deployed from another link. */
export const NOT_LOOKED_AFTER = "not-looked-after";

export function standGroup(group: AllowlistGroup, answer: AllowlistsPlan): GroupStanding {
  const report = answer.groups.find((one) => one.group === group.name);
  if (report !== undefined) return { group, standing: standingOf(report), report, code: null };
  const problem = answer.problems.find((one) => one.group === group.name);
  return { group, standing: "trouble", report: null, code: problem?.code ?? NOT_LOOKED_AFTER };
}

function standingOf(report: GroupReport): Standing {
  if (report.troubles.length > 0 || report.failureCount > 0) return "trouble";
  if (waitsFor(report) !== null) return "waits";
  return isDue(report) || report.driftCount > 0 ? "due" : "ok";
}

export const isDue = ({ withheld, isMore }: GroupReport): boolean =>
  isMore || (withheld !== null && withheld.count > 0);

/** What a person is waited for; `report-mode` only where there is something that is not put right because of it. */
export type WaitsFor = "first-met" | "shrinking" | "report-mode";

export function waitsFor({ withheld, awaitingCount, driftCount }: GroupReport): WaitsFor | null {
  if (withheld?.because === "first-met") return "first-met";
  if (withheld?.because === "report-mode") return driftCount + awaitingCount > 0 ? "report-mode" : null;
  return awaitingCount > 0 ? "shrinking" : null;
}
