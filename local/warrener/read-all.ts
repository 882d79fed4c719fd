/** What more than one verb reads: the table, and certificates together with what is open of them. */
import { linkCertificates } from "../../shared/certificates/desired.ts";
import { planRevocations, type RevocationStanding } from "../../shared/certificates/revocation.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import { sayAwsError } from "./aws-errors.ts";
import type { Deployment } from "./deployment.ts";
import { type OpenMatters, readOpenMatters } from "./open-matters.ts";
import { type Plans, readPlans, targetOf } from "./read-plans.ts";
import { sayStep } from "./revocation-prospect.ts";
import type { PlanContext } from "./say-plan.ts";
import type { Moment } from "./times.ts";

export const contextOf = ({ link }: Pick<Deployment, "link">, moment: Moment): PlanContext => ({
  ...moment,
  checkEverySeconds: link.certificates.checkEverySeconds,
});

/** Throws `ConfigError`. */
export async function readAll(
  deployment: Deployment,
  name: string | undefined,
  { now }: Moment,
): Promise<[Plans, OpenMatters]> {
  const { link, journal, audit } = deployment;
  const [plans, open] = await Promise.all([
    readPlans(deployment, name),
    table(deployment, () => readOpenMatters(journal, audit, now)),
  ]);
  const standing = (certificate: string): RevocationStanding => {
    const one = plans.certificates.find((planned) => planned.certificate === certificate);
    if (one !== undefined) return targetOf(one) ?? "unsettled";
    if (plans.unanswered.some(({ names }) => names.includes(certificate))) return "unsettled";
    // Not asked about, or nobody's any more.
    const isOurs = linkCertificates(link).some((desired) => desired.name === certificate);
    return isOurs ? "elsewhere" : "not-in-link";
  };
  const steps = planRevocations(open.orders, standing, link.certificateAuthority.mode, now);
  const answered = new Map(plans.revocations.map((step) => [step.order.serial, step]));
  const orders = steps.map((step) => {
    const { order } = step;
    return { ...order, prospect: sayStep(link, answered.get(order.serial) ?? step) };
  });
  return [plans, { ...open, orders }];
}

/** Throws `ConfigError` where the table does not answer. */
export async function table<T>(deployment: Pick<Deployment, "table">, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw sayAwsError(error, {
      action: "dynamodb:Query, GetItem and PutItem",
      target: `the table ${deployment.table}`,
    });
  }
}
