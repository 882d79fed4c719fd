/** What the process of a Function App tells the one that started it. */
import * as z from "zod";

export const ChildMessage = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready"), port: z.int(), functions: z.array(z.string()) }),
  z.object({ kind: z.literal("failed"), why: z.string() }),
  z.object({ kind: z.literal("log"), line: z.string() }),
]);
export type ChildMessage = z.infer<typeof ChildMessage>;
