/** What an invocation asks for: a run, whatever the event is, unless it says that it only wants to know. */
import * as z from "zod";
import { ContractError } from "../runtime/errors.ts";

/** More answers than these would not fit into what Lambda returns (6 MB), with room to spare. */
export const PLAN_NAMES_MAX = 500;

/** Whatever it says of `run`: who asks for something else than a run must not get one for a slip of the pen. */
const Asks = z.looseObject({ run: z.unknown() });
const PlanRequest = z.strictObject({
  run: z.literal("plan", { error: 'it is "plan", or left out' }),
  /** Left out: every certificate that the function looks after. */
  names: z.array(z.string().min(1)).min(1).max(PLAN_NAMES_MAX).optional(),
});

export type RunRequest =
  | { readonly run: "all" }
  | { readonly run: "plan"; readonly names: readonly string[] | null };

/** Throws `ContractError` for an event that wants something else and is not as it must be: it is never taken for a run. */
export function parseRunRequest(event: unknown): RunRequest {
  const asks = Asks.safeParse(event);
  if (!asks.success || !("run" in asks.data)) return { run: "all" };
  const parsed = PlanRequest.safeParse(event);
  if (parsed.success) return { run: "plan", names: parsed.data.names ?? null };
  const paths = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "event"}: ${message}`);
  throw new ContractError(`the event asks for a plan and is not one: ${paths.join("; ")}`);
}
