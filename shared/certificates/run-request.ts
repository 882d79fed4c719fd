/** What an invocation asks for: a run, whatever the event is, unless it says that it wants something else. */
import * as z from "zod";
import { ContractError } from "../runtime/errors.ts";
import { Serial } from "./schema.ts";

/** More answers than these would not fit into what Lambda returns (6 MB), with room to spare. */
export const PLAN_NAMES_MAX = 500;

/** Whatever it says of `run`: who asks for something else than a run must not get one for a slip of the pen. */
const Asks = z.looseObject({ run: z.unknown() });
const PlanRequest = z.strictObject({
  run: z.literal("plan"),
  /** Left out: every certificate that the function looks after. */
  names: z.array(z.string().min(1)).min(1).max(PLAN_NAMES_MAX).optional(),
});
const RotateRequest = z.strictObject({
  run: z.literal("rotate"),
  name: z.string().min(1).max(100),
  /** Of the certificate in whose place another one is wanted: what is asked twice is done once. */
  serial: Serial,
  /** Who asks; left out where the caller does not know. */
  actor: z.string().min(1).max(300).default("unknown"),
});
export type RotateRequest = z.infer<typeof RotateRequest>;
const Request = z.discriminatedUnion("run", [PlanRequest, RotateRequest], {
  error: 'it is "plan", or "rotate", or left out',
});

export type RunRequest =
  | { readonly run: "all" }
  | { readonly run: "plan"; readonly names: readonly string[] | null }
  | RotateRequest;

/** Throws `ContractError` for an event that wants something else and is not as it must be: it is never taken for a run. */
export function parseRunRequest(event: unknown): RunRequest {
  const asks = Asks.safeParse(event);
  if (!asks.success || !("run" in asks.data)) return { run: "all" };
  const parsed = Request.safeParse(event);
  if (!parsed.success) {
    const paths = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "event"}: ${message}`);
    throw new ContractError(`the event asks for a plan or a renewal, and is none: ${paths.join("; ")}`);
  }
  const { data } = parsed;
  return data.run === "plan" ? { run: "plan", names: data.names ?? null } : data;
}
