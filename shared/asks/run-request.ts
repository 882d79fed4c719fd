/**
 * What an invocation asks for where a person may ask for something new: a schedule's run, whatever the event is, unless
 * it says that it wants something else.
 */
import * as z from "zod";
import { ContractError } from "../runtime/errors.ts";

/** Whatever it says of `run`: who asks for something else than a run must not get one for a slip of the pen. */
const Asks = z.looseObject({ run: z.unknown() });
const Request = z.discriminatedUnion("run", [
  z.strictObject({ run: z.literal("plan") }),
  z.strictObject({
    run: z.literal("rotate"),
    name: z.string().min(1).max(100),
    /** Who asks; left out where the caller does not know. */
    actor: z.string().min(1).max(300).default("unknown"),
  }),
]);
export type RunRequest = z.infer<typeof Request> | { readonly run: "all" };

/** Throws `ContractError` for an event that wants something else. `what`: the kind of thing that has a name. */
export function parseRunRequest(event: unknown, what: string): RunRequest {
  const asks = Asks.safeParse(event);
  if (!asks.success || !("run" in asks.data)) return { run: "all" };
  const parsed = Request.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new ContractError(
    `the event asks for no run that there is: {"run":"plan"} or {"run":"rotate","name":"<${what}>"}`,
  );
}
