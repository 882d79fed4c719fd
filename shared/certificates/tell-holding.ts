/** Tells the alerts what a run has found of certificates, and remembers since when it has been so. */
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { tellConditions } from "../reconcile/tell-conditions.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Brain } from "./brain.ts";
import { type ConditionsInput, planCertificateConditions } from "./conditions.ts";
import type { Standings } from "./observe-shared.ts";
import type { Outcome, Unproven } from "./report.ts";
import type { OpenOrder } from "./revoke.ts";
import type { Target } from "./settle.ts";
import { NO_TROUBLES, sameTroubles } from "./troubles.ts";

export interface Looked {
  readonly targets: readonly Target[];
  /** In the order of the targets. */
  readonly results: readonly (Outcome | Unproven)[];
  readonly outcomes: readonly Outcome[];
  readonly open: readonly OpenOrder[];
}

/** One short sentence for each thing that went wrong. Never throws for a cloud's failure. */
export async function tellHolding(
  brain: Brain,
  standings: Standings,
  { targets, results, outcomes, open }: Looked,
  startedAt: Instant,
): Promise<readonly string[]> {
  const certificates = targets.flatMap(({ desired, observation }, at) => {
    const outcome = outcomes[at];
    const result = results[at];
    if (outcome === undefined) return [];
    const seen = observation.kind === "observed" ? observation.certificate.current : undefined;
    return [{ desired, outcome, current: result?.outcome === "unproven" ? result.current : seen }];
  });
  return await tell(
    brain,
    standings,
    { certificates, orders: ordersOf(brain, open), failure: null },
    startedAt,
  );
}

/** For a run that could look at no certificate. */
export async function tellFailing(
  brain: Brain,
  standings: Standings,
  failure: CloudError,
  startedAt: Instant,
): Promise<readonly string[]> {
  return await tell(brain, standings, { certificates: [], orders: [], failure }, startedAt);
}

/** What has left the link is every function's business, and told by one. */
function ordersOf({ certificates, concern }: Brain, open: readonly OpenOrder[]): readonly OpenOrder[] {
  if (concern === "certificates") return open;
  return open.filter(({ order }) => certificates.some(({ name }) => name === order.certificate));
}

async function tell(
  brain: Brain,
  standings: Standings,
  seen: Pick<ConditionsInput, "certificates" | "orders" | "failure">,
  observedAt: Instant,
): Promise<readonly string[]> {
  const { concern, journal } = brain;
  const before = standings.troubles.get(concern) ?? NO_TROUBLES;
  const unknownIssues = concern === "certificates" ? standings.unknownIssues : [];
  const { conditions, complete, troubles } = planCertificateConditions({
    ...seen,
    concern,
    unknownIssues,
    troubles: before,
    now: observedAt,
  });
  const untold = await tellConditions(brain, { concern, conditions, observedAt, complete });
  if (sameTroubles(before, troubles)) return untold;
  const written = await orCloudError(() => journal.writeTroubles(concern, troubles));
  if (!(written instanceof CloudError)) return untold;
  return [...untold, `since when certificates have been in trouble could not be written: ${written.code}`];
}
