/** A certificate that bears a name of the link's, and that nobody asked for here: it is told for as long as it is good. */
import * as z from "zod";
import { InstantSchema, Serial } from "./schema.ts";

export const UnknownIssue = z.object({
  /** Whose name it bears. */
  certificate: z.string(),
  serial: Serial,
  certificateArn: z.string(),
  notAfter: InstantSchema,
  foundAt: InstantSchema,
  /** In words of ours. */
  reason: z.string(),
});
export type UnknownIssue = z.infer<typeof UnknownIssue>;
