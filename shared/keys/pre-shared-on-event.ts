/** One invocation: a schedule's run, a person's question, or a person's wish for a new key, which is looked after at once. */
import { type AskRefused, recordAsk, unknownName } from "../asks/ask.ts";
import { parseRunRequest } from "../asks/run-request.ts";
import {
  lookAfterPreSharedKeys,
  type PlannedPreSharedKeys,
  type PreSharedBrain,
  type PreSharedReport,
  planPreSharedRun,
} from "./pre-shared-run.ts";

/** How it stands after the look. */
export type AskAnswer = (PlannedPreSharedKeys & { readonly outcome: "asked" }) | AskRefused;

/** Throws `ContractError` for an event that wants something else, and `CloudError` as a run does. */
export async function runOnEvent(
  brain: PreSharedBrain,
  event: unknown,
): Promise<PreSharedReport | PlannedPreSharedKeys | AskAnswer> {
  const request = parseRunRequest(event, "tunnel");
  switch (request.run) {
    case "all":
      return await lookAfterPreSharedKeys(brain);
    case "plan":
      return await planPreSharedRun(brain);
    case "rotate":
      return await rotateByHand(brain, request);
  }
}

/** Written down, and then a look like any other: it waits for a thaw, too. */
async function rotateByHand(
  brain: PreSharedBrain,
  { name, actor }: { readonly name: string; readonly actor: string },
): Promise<AskAnswer> {
  if (!brain.desired.some((tunnel) => tunnel.name === name)) return unknownName(brain.link);
  const at = brain.clock();
  await recordAsk(brain, "keys", { name, at, actor });
  await brain.asking.ask(name, at, actor);
  brain.log.info("pre-shared-key.asked", { tunnel: name, actor });
  const { trouble } = await lookAfterPreSharedKeys(brain);
  return { outcome: "asked", ...(await planPreSharedRun(brain)), trouble };
}
