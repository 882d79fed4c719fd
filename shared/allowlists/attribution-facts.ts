/** What an alert says of who changed a group. Texts from outside stand within quotes, or alone in their fact. */
import { cut, type Fact, TEXT_MAX } from "../alerts/condition.ts";
import { toIso } from "../runtime/instant.ts";
import { actorWords, toolWords } from "./actor.ts";
import type { Attribution } from "./attribute.ts";
import { ruleKey } from "./rule-key.ts";
import type { SeenRule, SeenRules } from "./seen.ts";

export function attributionFacts({ certainty, change }: Attribution): Fact[] {
  if (change === null)
    return [{ label: "Who", value: certainty === "link" ? "the link changed" : "actor unknown" }];
  const who = actorWords(change.actor);
  const facts: (Fact | null)[] = [
    { label: "Who", value: certainty === "likely" ? `probably ${who}` : who },
    change.at === null ? null : { label: "When", value: toIso(change.at) },
    change.sourceAddress === null ? null : { label: "From", value: change.sourceAddress },
    change.tool === null ? null : { label: "With", value: toolWords(change.tool) },
    didFact(change.what),
  ];
  return facts
    .filter((fact) => fact !== null)
    .map(({ label, value }) => ({ label, value: cut(`${value}`, TEXT_MAX.value) }));
}

/** More would not fit into a fact. */
const TOLD_MAX = 3;

function didFact({ added, removed, isComplete }: SeenRules): Fact | null {
  const all = [
    ...added.map((rule) => `added ${ruleWords(rule)}`),
    ...removed.map((rule) => `removed ${ruleWords(rule)}`),
  ];
  if (all.length === 0) return null;
  const more = all.length > TOLD_MAX ? `${all.length - TOLD_MAX} more` : null;
  const told = [...all.slice(0, TOLD_MAX), more, isComplete ? null : "perhaps others"];
  return { label: "Did", value: told.filter((words) => words !== null).join("; ") };
}

/** "in tcp 22 0.0.0.0/0"; without the direction where the event does not say it. */
function ruleWords(rule: SeenRule): string {
  if (rule.direction !== null) return ruleKey({ ...rule, direction: rule.direction });
  return ruleKey({ ...rule, direction: "in" }).slice("in ".length);
}
