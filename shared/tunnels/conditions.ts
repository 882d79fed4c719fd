/** What is told of the tunnels: which conditions hold now, in words that stay the same while nothing changes. */
import type { Condition } from "../alerts/condition.ts";
import { healthOf } from "./health.ts";
import { hurtCondition } from "./hurt-condition.ts";
import { memoryOf } from "./memory.ts";
import {
  maintenanceCondition,
  maintenanceUnseenCondition,
  overdueCondition,
  unseenCondition,
} from "./other-conditions.ts";
import type { TunnelsView } from "./view.ts";

export function conditionsOf(view: TunnelsView): Condition[] {
  const all = view.observed.map((seen) => ({
    seen,
    known: memoryOf(view.memory, seen.name),
    health: healthOf(seen),
  }));
  return [
    ...hurtCondition(view, all),
    ...unseenCondition(view, all),
    ...all.flatMap((tunnel) => maintenanceCondition(view, tunnel)),
    ...maintenanceUnseenCondition(view, all),
    ...overdueCondition(view),
  ];
}
