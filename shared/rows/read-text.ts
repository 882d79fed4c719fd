/** What a row's text says, or null when it says nothing of the kind: a row may be of another version of the hand. */
import type * as z from "zod";

export function readText<T>(schema: z.ZodType<T>, text: string): T | null {
  const parsed = schema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
