/** What holds of each group, and what of it is not put right, for as long as no later look says otherwise. Pure. */
import { type CanonicalCondition, ConditionSchema, severityRank } from "../alerts/condition.ts";
import { compareText } from "../runtime/compare-text.ts";
import type { GroupReport } from "./group-report.ts";
import type { AllowlistMemory, Look } from "./memory.ts";
import { standingConditions } from "./standing-conditions.ts";
import { type Unhealed, unhealedAfter } from "./unhealed.ts";

/** A group's last look replaces all that was said of it; one that is older than that says nothing of how it is now. */
export function standingAfter(
  memory: AllowlistMemory,
  groups: readonly string[],
  reports: readonly GroupReport[],
  looks: readonly Look[],
): Pick<AllowlistMemory, "standing" | "unhealed"> {
  const lookedAt = new Map(looks.map((look) => [look.group, look.lookedAt]));
  const last = new Map(
    reports.filter(({ group, at }) => at === lookedAt.get(group)).map((report) => [report.group, report]),
  );
  const isKept = ({ group }: { readonly group: string }) => groups.includes(group) && !last.has(group);
  const fresh = [...last.values()].map((report) => {
    const since = memory.looks.find(({ group }) => group === report.group)?.lookedAt ?? 0;
    const news = reports.filter(({ group, at }) => group === report.group && at >= since);
    const before = memory.unhealed.filter(({ group }) => group === report.group);
    return { report, unhealed: news.reduce(unhealedAfter, before) };
  });
  const standing = fresh.flatMap(({ report, unhealed }) =>
    standingConditions(report, unhealed).map((condition) => ({
      group: report.group,
      condition: ConditionSchema.parse(condition),
    })),
  );
  return {
    standing: [...memory.standing.filter(isKept), ...standing].sort(bySeverity),
    unhealed: [...memory.unhealed.filter(isKept), ...fresh.flatMap((one) => one.unhealed)].sort(byGroup),
  };
}

const byGroup = (one: Unhealed, other: Unhealed): number =>
  compareText(one.group, other.group) || compareText(one.rule ?? "", other.rule ?? "");

type Standing = { readonly condition: CanonicalCondition };
const bySeverity = ({ condition: one }: Standing, { condition: other }: Standing): number =>
  severityRank(one.severity) - severityRank(other.severity) || compareText(one.key, other.key);
