/** Every run of the brain says first that it changes nothing in the clouds, when the link is frozen. */
import type { Freeze } from "../freeze/schema.ts";
import type { Log } from "../runtime/log.ts";

export function sayFrozen({ log }: { readonly log: Log }, { frozen, word }: Freeze): void {
  if (!frozen) return;
  const known =
    word === "unreadable" ? { reason: word } : { reason: word.reason, by: word.by, since: word.at };
  log.warn("run.frozen", known);
}
