/** What an invocation asks for: a look with all that follows from it, unless a person says that they only want to know. */
import * as z from "zod";
import { ContractError } from "../runtime/errors.ts";
import { answerPlan, type TrustAnswer } from "./plan-answer.ts";
import { publishTrust, type TrustReport } from "./publish-trust.ts";
import type { Publisher } from "./publisher.ts";

const Asks = z.looseObject({ run: z.unknown() });
const PlanRequest = z.strictObject({ run: z.literal("plan") });

/** Throws `ContractError` for an event that wants something else: it is never taken for a run. */
export async function runTrust(publisher: Publisher, event: unknown): Promise<TrustReport | TrustAnswer> {
  const asks = Asks.safeParse(event);
  if (!asks.success || !("run" in asks.data)) return await publishTrust(publisher);
  if (PlanRequest.safeParse(event).success) return await answerPlan(publisher);
  throw new ContractError('the event asks for something else than a plan: write { "run": "plan" }');
}
