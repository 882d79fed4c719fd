/** One invocation: a schedule's run, a wake, a person's question, or a person's wish for a new key, which is looked after at once. */
import { type AskRefused, recordAsk, unknownName } from "../asks/ask.ts";
import { parseRunRequest } from "../asks/run-request.ts";
import { isWake } from "../journal/event.ts";
import type { KeysReport } from "./api-key-report.ts";
import type { ApiKeysBrain } from "./api-keys-brain.ts";
import { planApiKeys } from "./api-keys-plan-run.ts";
import { rotateApiKeys } from "./api-keys-run.ts";

export type AskAnswer = (KeysReport & { readonly outcome: "asked" }) | AskRefused;

/** Throws `ContractError` for an event that wants something else, and `CloudError` as a run does. */
export async function runOnEvent(brain: ApiKeysBrain, event: unknown): Promise<KeysReport | AskAnswer> {
  const request = parseRunRequest(event, "API key");
  switch (request.run) {
    case "all":
      // Whoever was refused with a key does not wait until there is something to look at by the clock.
      return await rotateApiKeys(brain, isWake(event));
    case "plan":
      return await planApiKeys(brain);
    case "rotate":
      return await rotateByHand(brain, request);
  }
}

/** Written down, and then a look like any other: it waits for a thaw, too. */
async function rotateByHand(
  brain: ApiKeysBrain,
  { name, actor }: { readonly name: string; readonly actor: string },
): Promise<AskAnswer> {
  if (!brain.keys.some(({ desired }) => desired.name === name)) return unknownName(brain.link);
  const at = brain.clock();
  await recordAsk(brain, "keys", { name, at, actor });
  await brain.store.ask(name, at, actor);
  brain.log.info("api-key.asked", { key: name, actor });
  return { outcome: "asked", ...(await rotateApiKeys(brain, true)) };
}
