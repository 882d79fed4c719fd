/**
 * Makes relay's staged certificate the one that relay serves, when its time has come: one move of a label, from the
 * version that was observed. A run that dies before it leaves everything as it was; the next one looks again.
 */
import type { RequestIds } from "../journal/change.ts";
import { CloudError } from "../runtime/errors.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { isThrottled, patiently } from "./patience.ts";
import type { DesiredCertificate } from "./plan.ts";
import { needsReplicas, type ObservedStages, type PromotionPlan, planPromotion } from "./plan-promotion.ts";
import { nextPages } from "./prove.ts";
import { factsOf, recordChange, recordIfMissing } from "./record.ts";
import type { ReplicaReport, Replicas } from "./replicas.ts";
import type { Served } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion } from "./schema.ts";

export interface Promotion {
  readonly desired: DesiredCertificate;
  /** Throws `CloudError`. */
  readonly readStages: () => Promise<ObservedStages>;
  readonly promote: (from: string | null, to: string) => Promise<"promoted" | "elsewhere">;
  readonly replicas: Replicas;
  /** By which ids the service knows its last change. */
  readonly changeIds: () => RequestIds;
}

export interface Standing {
  /** The serial that relay is known to serve: until it is the current one, the record of a promotion may be lost. */
  readonly proven: string | undefined;
  /** This run has staged it: no replica has had time to load it. */
  readonly justStaged: boolean;
  readonly orders: readonly RevocationOrder[];
  readonly frozen: boolean;
}

export interface Promoted {
  readonly certificate: string;
  readonly served: Served | "unknown";
  /** What a person should look at, in a short sentence, or null. */
  readonly trouble: string | null;
}

export async function promoteStaged(
  brain: Brain,
  promotion: Promotion,
  standing: Standing,
): Promise<Promoted> {
  const certificate = promotion.desired.name;
  // What is not looked at now is promoted by the next run: relay goes on with what it has.
  if (brain.remainingMs() < RESERVES_MS.call) return { certificate, served: "unknown", trouble: null };
  try {
    const { stages, plan, failure } = await observePromotion(brain, promotion, standing);
    const served = await apply(brain, promotion, stages, plan, standing);
    const trouble =
      failure === null ? null : `${certificate}: relay's log could not be searched for who has loaded it`;
    return { certificate, served, trouble };
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation, retryable } = error;
    brain.log.error("certificate.promotion-failed", { certificate, code, operation, retryable });
    const trouble = `${certificate}: not made current, ${operation} failed, ${code}`;
    return { certificate, served: "unknown", trouble };
  }
}

export interface ObservedPromotion {
  readonly stages: ObservedStages;
  readonly plan: PromotionPlan;
  /** Why relay's log could not be searched; null when it was, or did not have to be. */
  readonly failure: CloudError | null;
}

/** Changes nothing. Throws `CloudError` when the secret could not be read. */
export async function observePromotion(
  brain: Brain,
  promotion: Promotion,
  { justStaged, orders, frozen }: Pick<Standing, "justStaged" | "orders" | "frozen">,
): Promise<ObservedPromotion> {
  const context = { checkEverySeconds: brain.link.certificates.checkEverySeconds, orders, frozen };
  const stages = await patiently(brain, () => promotion.readStages());
  const planWith = (replicas: readonly ReplicaReport[] | "not-searched") =>
    planPromotion(promotion.desired, stages, replicas, context, brain.clock());
  const plan = planWith("not-searched");
  if (justStaged || !needsReplicas(plan)) return { stages, plan, failure: null };
  const replicas = await readReplicas(brain, promotion);
  return replicas instanceof CloudError
    ? { stages, plan, failure: isThrottled(replicas) ? null : replicas }
    : { stages, plan: planWith(replicas), failure: null };
}

/** A log that cannot be searched proves nothing. */
async function readReplicas(
  brain: Brain,
  { desired, replicas }: Promotion,
): Promise<readonly ReplicaReport[] | CloudError> {
  try {
    return await patiently(brain, () => replicas.read(nextPages(brain)));
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation } = error;
    brain.log.error("certificate.use-unknown", { certificate: desired.name, code, operation });
    return error;
  }
}

async function apply(
  brain: Brain,
  promotion: Promotion,
  { staged, current, currentVersion }: ObservedStages,
  plan: PromotionPlan,
  { proven }: Standing,
): Promise<Served | "unknown"> {
  const certificate = promotion.desired.name;
  const asBefore = { serial: current?.serial ?? null, isNew: false };
  switch (plan.kind) {
    case "in-step":
      // Both labels are on one version only after a promotion.
      if (current !== null && staged?.version === currentVersion && current.serial !== proven)
        await recordIfMissing(brain, changeOf(certificate, null, current, [], {}));
      return asBefore;
    case "hold":
      brain.log.info("certificate.promotion-held", {
        certificate,
        serial: staged?.serial,
        reason: plan.reason,
        behind: plan.behind,
      });
      return asBefore;
    case "promote": {
      const { from, to, reason } = plan;
      const answer = await promotion.promote(from, to);
      if (answer === "elsewhere" || staged === null) {
        brain.log.info("certificate.promotion-raced", { certificate, version: to });
        return "unknown";
      }
      const { version, serial, notAfter } = staged;
      brain.log.info("certificate.promoted", { certificate, version, serial, notAfter, reason });
      await recordChange(brain, changeOf(certificate, current, staged, [reason], promotion.changeIds()));
      return { serial, isNew: true };
    }
  }
}

function changeOf(
  target: string,
  before: CertificateVersion | null,
  after: CertificateVersion,
  reasons: readonly string[],
  requestIds: RequestIds,
) {
  return {
    kind: "promote",
    target,
    subject: after.version,
    before: factsOf(before),
    after: factsOf(after),
    reasons,
    requestIds,
  } as const;
}
