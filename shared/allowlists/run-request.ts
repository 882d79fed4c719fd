/** What an invocation of the allowlists' function asks for: something that it names, or a look because of an event. */
import * as z from "zod";
import { ContractError } from "../runtime/errors.ts";
import type { AcceptRequest } from "./accept.ts";

/** Whatever it says of `run`: a slip of the pen must not be taken for a schedule. */
const Asks = z.looseObject({ run: z.unknown() });
const Request = z.discriminatedUnion(
  "run",
  [
    z.strictObject({ run: z.literal("tend") }),
    z.strictObject({ run: z.literal("plan") }),
    z.strictObject({
      run: z.literal("accept"),
      group: z.string().min(1),
      wish: z.string().regex(/^[0-9a-f]{64}$/, { error: "is no digest of a wish: copy it from the plan" }),
    }),
  ],
  { error: 'it is "tend", "plan" or "accept", or left out' },
);

export type AllowlistsRequest =
  | { readonly run: "tend" }
  | { readonly run: "plan" }
  | ({ readonly run: "accept" } & AcceptRequest)
  /** An event, or the schedule's empty one. */
  | { readonly run: "hear" };

/** Throws `ContractError` for an event that names a run and is not as it must be. */
export function parseAllowlistsRequest(event: unknown): AllowlistsRequest {
  const asks = Asks.safeParse(event);
  if (!asks.success || !("run" in asks.data)) return { run: "hear" };
  const parsed = Request.safeParse(event);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "event"}: ${message}`);
  throw new ContractError(`the event asks for a run that there is not: ${paths.join("; ")}`);
}
