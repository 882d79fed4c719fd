/**
 * Checks a call's input against the service's model, in two kinds as the real services do: a member of the wrong
 * type cannot be read at all, a member outside its constraints is named with the constraint.
 */
import type * as z from "zod";
import { Refusal } from "../stand-in/operations.ts";

/** `code` is the service's own name for a broken constraint: ValidationException, InvalidParameterException. */
export function parseInput<T>(
  schema: z.ZodType<T>,
  input: unknown,
  code: string,
  wrongType = "SerializationException",
): T {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join(".") ?? "";
  if (issue?.code === "invalid_type" && issue.input !== undefined && issue.input !== null) {
    throw new Refusal(400, wrongType, `a member has the wrong type: ${path}`);
  }
  const detail = issue === undefined ? "" : `${path}' failed to satisfy constraint: ${issue.message}`;
  throw new Refusal(400, code, `1 validation error detected: Value at '${detail}`);
}
