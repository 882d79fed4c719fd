/** One invocation: a schedule's run, a person's question, or a person's wish for a new certificate. */
import { type AskRecorder, type AskRefused, recordAsk, unknownName } from "../asks/ask.ts";
import type { Brain } from "./brain.ts";
import { patiently } from "./patience.ts";
import { type PlanReport, planRun } from "./plan-run.ts";
import { renewCertificates } from "./renew.ts";
import type { RunReport } from "./report.ts";
import { parseRunRequest, type RotateRequest } from "./run-request.ts";

export type AskAnswer =
  /** How it stands after the run. */
  (Omit<PlanReport, "trouble"> & Pick<RunReport, "trouble"> & { readonly outcome: "asked" }) | AskRefused;

/** Throws `ContractError` for an event that wants something else, and `CloudError` as a run does. */
export async function runOnEvent(brain: Brain, event: unknown): Promise<RunReport | PlanReport | AskAnswer> {
  const request = parseRunRequest(event);
  switch (request.run) {
    case "all":
      return await renewCertificates(brain);
    case "plan":
      return await planRun(brain, request.names);
    case "rotate":
      return await renewAsAsked(brain, request);
  }
}

/** Only written down, and then a run like any other: it waits for a thaw, too. */
async function renewAsAsked(
  brain: Brain & AskRecorder,
  { name, serial, actor }: RotateRequest,
): Promise<AskAnswer> {
  if (!brain.certificates.some((desired) => desired.name === name)) return unknownName(brain.link);
  const ask = { name, serial, actor, at: brain.clock() };
  await patiently(brain, () => recordAsk(brain, "certificates", ask));
  await patiently(brain, () => brain.journal.ask(ask));
  brain.log.info("certificate.asked", { certificate: name, serial, actor });
  const { trouble } = await renewCertificates(brain);
  return { outcome: "asked", ...(await planRun(brain, [name])), trouble };
}
