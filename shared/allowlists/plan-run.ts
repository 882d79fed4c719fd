/** What a run would do now in every group, for a person who asks. Nothing is written, told or healed. */
import type { Instant } from "../runtime/instant.ts";
import { planThroughHand } from "./ask-hand.ts";
import type { GroupReport } from "./group-report.ts";
import type { GroupProblem } from "./half-report.ts";
import { type Healer, isAws, joined, namesIn } from "./heal.ts";
import { healSecurityGroups } from "./heal-security-groups.ts";

export interface PlannedAllowlists {
  readonly at: Instant;
  readonly frozen: boolean;
  /** `withheld` says what would be done, as nothing is. */
  readonly groups: readonly GroupReport[];
  /** Groups that could not be looked at. */
  readonly problems: readonly GroupProblem[];
  readonly trouble: readonly [];
}

/** Throws `CloudError` when what stands could not be read. */
export async function planAllowlists(healer: Healer): Promise<PlannedAllowlists> {
  const at = healer.clock();
  const { groups, shrinkMax } = healer.allowlists;
  const standing = await healer.store.read("all");
  const { frozen } = standing.freeze;
  const withheldFor = frozen ? "frozen" : "plan-only";
  const halves = await Promise.all([
    healSecurityGroups(
      { ...healer, shrinkMax },
      { groups: groups.filter(isAws), standing, changes: [], withheldFor },
    ),
    planThroughHand(healer, namesIn(groups, "azure")),
  ]);
  const { reports, problems } = joined(halves);
  return { at, frozen, groups: reports, problems, trouble: [] };
}
