/**
 * The environment of a function, parsed once at cold start with every fault named in one message. Values are
 * strings and stay strings: coercion would make `""` a 0 and `"false"` a true.
 */
import type * as z from "zod";
import { ConfigError } from "./errors.ts";

/** Throws `ConfigError` naming each variable that is missing or wrong, never its value. */
export function parseEnvironment<T>(schema: z.ZodType<T>, environment: Readonly<Record<string, unknown>>): T {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`the environment is not as deployed (deploy again): ${faults.join("; ")}`);
}
