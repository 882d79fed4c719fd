/**
 * Reads resources of one type with the shape that a view needs. A resource of another shape is an error
 * that names it: a view never guesses.
 */
import { z } from "zod";
import type { Resource } from "./schema.ts";

/** All resources of a type, their state parsed. `id` and `logicalName` are the resource's own. */
export function resourcesOf<Shape extends z.ZodRawShape>(
  resources: readonly Resource[],
  type: string,
  shape: Shape,
): (z.infer<z.ZodObject<Shape>> & { id: string; logicalName: string })[] {
  return resources
    .filter((resource) => resource.type === type)
    .map(({ id, name, state }) => {
      const parsed = z.object(shape).safeParse(state);
      if (!parsed.success)
        throw new Error(`${type} ${name} is not as expected: ${z.prettifyError(parsed.error)}`);
      return { ...parsed.data, id, logicalName: name };
    });
}

/** The only one that fits. */
export function only<T>(items: readonly T[], what: string): T {
  const [item] = items;
  if (item === undefined || items.length > 1)
    throw new Error(`expected exactly one ${what}, found ${items.length}`);
  return item;
}

/** JSON text, parsed and checked. */
export function json<T>(schema: z.ZodType<T>) {
  return z.string().transform((text, context): T => {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: "custom", message, path });
    return z.NEVER;
  });
}
