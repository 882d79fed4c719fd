/** What the rules of a group must be together. */
import { conflict, tooManyRules } from "./refusals.ts";
import type { NamedRule } from "./rule-body.ts";

/** https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits */
const RULES_MAX = 1_000;

/** Throws `Refusal`. The one that is named last is the one that is refused. */
export function checkRules(rules: readonly NamedRule[]): void {
  if (rules.length > RULES_MAX) throw tooManyRules(RULES_MAX);
  const taken = new Map<string, string>();
  for (const { name, properties } of rules) {
    const place = `${properties.direction.toLowerCase()} ${properties.priority}`;
    const other = taken.get(place);
    if (other !== undefined) throw conflict(name, other);
    taken.set(place, name);
  }
}
