/** Tells the alerts what holds of a concern. That this fails keeps nothing else from being done, and is trouble. */
import type { Report } from "../alerts/plan.ts";
import type { Log } from "../runtime/log.ts";
import { orCloudError } from "./or-cloud-error.ts";

/** The answer is what a person should look at. Throws `CloudError` when the table did not take it. */
export type Tell = (report: Report) => Promise<{ readonly trouble: readonly string[] }>;

export async function tellConditions(
  { tell, log }: { readonly tell: Tell; readonly log: Log },
  report: Report,
): Promise<readonly string[]> {
  const told = await orCloudError(() => tell(report));
  if (!(told instanceof Error)) return told.trouble;
  const { operation, code } = told;
  const { concern } = report;
  log.error("conditions.untold", { concern, operation, code });
  return [`what holds of ${concern} could not be told: ${operation} failed, ${code}`];
}
