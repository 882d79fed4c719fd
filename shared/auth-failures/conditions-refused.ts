/** Who of the link's own is refused now, and why, for what is told of it and for whom it wakes. Pure. */
import type { Fact } from "../alerts/condition.ts";
import type { Cause, Facts } from "./cause.ts";
import type { AuthView } from "./conditions.ts";
import type { Failure, Party } from "./memory.ts";
import { isRefused } from "./memory-parties.ts";

export interface Refused {
  readonly party: Party;
  readonly last: Failure;
  readonly cause: Cause;
}

export function refusedOf(
  parties: readonly Party[],
  why: (party: Party, facts: Facts) => Cause | null,
  { limits, facts, now }: AuthView,
): Refused[] {
  return parties.flatMap((party) => {
    const last = party.failures.at(-1);
    const cause = why(party, facts);
    if (last === undefined || cause === null) return [];
    return isRefused(party, limits.quietSeconds, now) ? [{ party, last, cause }] : [];
  });
}

export const causesFacts = ({ text, suspect, remedy }: Cause): Fact[] => [
  { label: "Cause", value: text },
  ...(suspect === null || text.endsWith(suspect.text)
    ? []
    : [{ label: "Changed just before", value: suspect.text }]),
  { label: "What is done", value: remedy },
];
