/** More rules than a group can have: its exceptions count too, as if all of them were open at once. */
import type { Fault } from "../link/faults.ts";
import { distinctRules } from "./rule-key.ts";
import type { AllowlistGroup } from "./schema.ts";
import { slotsOf } from "./security-group-order.ts";

/**
 * https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits: 1,000 rules,
 * of which each direction needs one for the deny at its end, and one more to change others without a gap.
 */
const NSG_RULES_MAX = 1_000;
const NSG_RULES_RESERVED = 4;

export function quotaFaults(path: string, group: AllowlistGroup): Fault[] {
  const rules = distinctRules([...group.rules, ...group.exceptions.map(({ rule }) => rule)]);
  if (group.cloud === "azure") {
    const max = NSG_RULES_MAX - NSG_RULES_RESERVED;
    if (rules.length <= max) return [];
    const message = `and the exceptions are ${rules.length}, and a network security group takes ${max} beside those that Warrener needs: merge some`;
    return [{ path, message }];
  }
  // How many entries a prefix list may have is AWS's to say: here it counts for one.
  const all = rules.flatMap((rule) => slotsOf(rule, new Map()));
  return [...Map.groupBy(all, ({ count }) => count)].flatMap(([count, slots]): Fault[] => {
    if (slots.length <= group.rulesMax) return [];
    const message = `and the exceptions are ${slots.length} for "${count}", over the quota of ${group.rulesMax}: merge some, or raise the quota in AWS and then rulesMax`;
    return [{ path, message }];
  });
}
