/** What every Lambda entry point needs around its verb, as middleware: one concern each. */
import type { MiddlewareObj } from "@middy/core";
import { InvariantError } from "./errors.ts";
import type { Sink } from "./log.ts";

/** Lambda's JSON log format keeps an object's fields searchable (`$.message.event`). */
export const lambdaSink: Sink = (level, record) => console[level](record);

/** The invocation's error names so many; the log has all of them. */
const NAMED_MAX = 10;

export interface TroubleOptions {
  /**
   * Of these events a failed run leaves nothing behind that would have to be run again: its trouble is in the log, and
   * its heartbeat stays away. Left out, none.
   */
  readonly forgives?: (event: unknown) => boolean;
}

/**
 * Fails the invocation when its report names trouble, after the report is out: the platform's retry, dead-letter
 * queue and alarms then do what they are for. A verb that returned no report cannot be told from one in trouble.
 */
export function failOnTrouble({
  forgives = () => false,
}: TroubleOptions = {}): MiddlewareObj<unknown, { readonly trouble: readonly string[] }> {
  return {
    after: ({ event, response }) => {
      if (!Array.isArray(response?.trouble)) throw new InvariantError("the run returned no report");
      const { trouble } = response;
      if (trouble.length === 0 || forgives(event)) return;
      const more = trouble.length > NAMED_MAX ? `; and ${trouble.length - NAMED_MAX} more` : "";
      throw new Error(`the run ended in trouble: ${trouble.slice(0, NAMED_MAX).join("; ")}${more}`);
    },
  };
}
