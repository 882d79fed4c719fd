/** Why a caller is refused who calls from where bunnies call from, and names nobody. Pure. */
import { type Cause, type Facts, remedyOf } from "./cause.ts";
import { findSuspect } from "./cause-suspect.ts";
import type { Party } from "./memory.ts";

/** Null when there is no failure. Only that a certificate is missing is something that the link's own could have done. */
export function causeOfCallers({ failures, firstAt }: Party, facts: Facts): Cause | null {
  const last = failures.at(-1);
  if (last === undefined) return null;
  if (last.class !== "no-certificate") {
    const text = "It shows no certificate and no API key that Warrener has given out";
    return { kind: "unclear", text, suspect: null, ...remedyOf("unclear", facts) };
  }
  const targets = facts.known.certificates.map(({ name }) => name);
  const suspect = findSuspect({ failure: last.class, targets, at: firstAt ?? last.at }, facts.changes);
  const text = "Somebody in bunny's network shows no certificate at all";
  return { kind: "no-certificate", text, suspect, ...remedyOf("no-certificate", facts) };
}
