/**
 * What is told of callers from where bunnies call from who name nobody: a bunny whose pods have lost their certificate
 * says no more than a stranger does, and is told from one by its address alone. Pure.
 */
import type { Condition } from "../alerts/condition.ts";
import { causeOfCallers } from "./cause-callers.ts";
import { CLASSES } from "./classes.ts";
import type { AuthView } from "./conditions.ts";
import { causesFacts, type Refused, refusedOf } from "./conditions-refused.ts";
import { base, roughly, sourceWords } from "./conditions-words.ts";
import { NO_SOURCE } from "./sources.ts";

export const refusedCallers = (view: AuthView): Refused[] =>
  refusedOf(view.memory.callers, causeOfCallers, view);

export const callersConditions = (view: AuthView): Condition[] => refusedCallers(view).map(callersCondition);

/** Never critical: it may be anybody in that network. */
const callersCondition = ({ party, last, cause }: Refused): Condition => ({
  ...base("auth-callers", "warning", "auth-callers"),
  title: `A caller from where bunnies call from is refused: ${CLASSES[last.class].why}`,
  facts: [
    ...causesFacts(cause),
    { label: "From", value: sourceWords(last.source ?? NO_SOURCE) },
    { label: "Failures", value: roughly(party.count) },
    { label: "How sure", value: "it names nobody: a bunny, or somebody else in its network" },
  ],
  since: party.firstAt ?? last.at,
});
