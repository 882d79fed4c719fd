/** How the use of something new is proven: seen in relay's log, taken for granted after a time, or by hand. */
import * as z from "zod";
import { Duration } from "./duration.ts";
import { strict } from "./strict.ts";

export const Proof = z.union([z.enum(["observed", "manual"]), strict({ after: Duration() })], {
  error: 'must be "observed", "manual" or { after: "2 hours" }',
});
