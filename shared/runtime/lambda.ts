/** What every Lambda entry point needs around its verb, as middleware: one concern each. */
import type { MiddlewareObj } from "@middy/core";
import type { Sink } from "./log.ts";

/** Lambda's JSON log format keeps an object's fields searchable (`$.message.event`). */
export const lambdaSink: Sink = (level, record) => console[level](record);

/**
 * Fails the invocation when its report names trouble, after the report is out: the platform's retry, dead-letter
 * queue and alarms then do what they are for.
 */
export function failOnTrouble(): MiddlewareObj<unknown, { readonly trouble: readonly string[] }> {
  return {
    after: ({ response }) => {
      const trouble = response?.trouble ?? [];
      if (trouble.length > 0) throw new Error(`the run ended in trouble: ${trouble.slice(0, 10).join("; ")}`);
    },
  };
}
