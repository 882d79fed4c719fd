/** Whether a write shows in what was read after it. */
import type { ObservedNsg } from "./network-security-groups.ts";
import type { NsgChange } from "./nsg-draft.ts";
import type { NsgRule } from "./nsg-rule.ts";
import { nsgRuleBody } from "./nsg-write.ts";

export function tookEffect(change: NsgChange, { rules, changing }: ObservedNsg): boolean {
  const key = change.name.toLowerCase();
  const found = rules.find(({ name }) => name.toLowerCase() === key);
  // What is on its way out has not gone yet, and nobody has to ask for it again.
  if (change.kind === "delete") return found === undefined || changing.has(key);
  return found !== undefined && isSame(found, change.rule) && (found.isInEffect || changing.has(key));
}

const isSame = (one: NsgRule, other: NsgRule): boolean =>
  JSON.stringify(nsgRuleBody(one)) === JSON.stringify(nsgRuleBody(other));
