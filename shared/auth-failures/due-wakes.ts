/** Which other concerns are to look at once. Pure. */
import type { WakeTarget } from "./cause.ts";
import type { AuthView } from "./conditions.ts";
import { refusedCallers } from "./conditions-callers.ts";
import { refusedOwn, refusedTunnels } from "./conditions-own.ts";
import type { Refused } from "./conditions-refused.ts";
import { isSettled } from "./memory-parties.ts";

/** Another concern that is to look at once; what it then finds decides. */
export interface Wake {
  readonly target: WakeTarget;
  /** Whose failure it is: an identity's, a tunnel's, or of callers who name nobody. */
  readonly of: "own" | "tunnels" | "callers";
  readonly name: string;
}

/** Each concern looks by itself within the quarter of an hour. */
const WAKE_AGAIN_SECONDS = 300;

/** To be asked for before the memory is written: asked twice is harmless, forgotten is not. */
export function dueWakes(view: AuthView): Wake[] {
  const { facts, now } = view;
  if (facts.frozen) return [];
  const due = (of: Wake["of"], all: readonly Refused[]): Wake[] =>
    all.flatMap(({ party, cause: { wake: target } }) => {
      const { name, wokenAt } = party;
      const isDue = wokenAt === null || now - wokenAt >= WAKE_AGAIN_SECONDS;
      return target === null || !isDue || isSettled(party) ? [] : [{ target, of, name }];
    });
  return [
    ...due("own", refusedOwn(view)),
    ...due("tunnels", refusedTunnels(view)),
    ...due("callers", refusedCallers(view)),
  ];
}
