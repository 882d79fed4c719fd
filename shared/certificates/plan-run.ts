/**
 * What a run would do now, and nothing of it: the same reading and the same plan as a run's (renew.ts), and no
 * write of any kind.
 */
import { linkDigest } from "../link/load.ts";
import type { Instant } from "../runtime/instant.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { complete, type Observation, observeCertificates } from "./observe.ts";
import { type Change, type DesiredCertificate, planCertificate } from "./plan.ts";
import type { PromotionPlan } from "./plan-promotion.ts";
import { observePromotion } from "./promote.ts";
import type { Proof } from "./proof.ts";
import { observeUse, proofOf } from "./prove.ts";
import type { Refusal } from "./refusal.ts";
import { observeShared, orFailed, SEARCHES_MAX, turnsOf } from "./renew.ts";
import type { Outcome } from "./report.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion, Intent, ObservedCa } from "./schema.ts";

export interface Planned {
  readonly certificate: string;
  readonly outcome: "planned";
  readonly current: CertificateVersion | null;
  /** A request waits in the vault. */
  readonly pending: boolean;
  /** Of the journal's intent for it, when there is one. */
  readonly intent: Intent["state"] | null;
  readonly change: Change | null;
  readonly refusal: Refusal | null;
  readonly nextAt: Instant;
  readonly proof: Proof | "unknown";
  /** When relay's log first showed the current version; null when it did not, or that is not looked for. */
  readonly seenAt: Instant | null;
  /** What would become of a staged certificate; null where none is ever staged. */
  readonly promotion: PromotionPlan | null;
}

/** Of a certificate that could not be read, the same as a run would tell. */
export type PlannedOrNot =
  | Planned
  | Extract<Outcome, { outcome: "failed" | "refused" }>
  | { readonly certificate: string; readonly outcome: "unknown-certificate" };

export interface PlanReport {
  readonly link: string;
  readonly linkDigest: string;
  readonly at: Instant;
  readonly certificates: readonly PlannedOrNot[];
  /** A plan is never in trouble: what it found is its answer. */
  readonly trouble: readonly [];
}

/** `names` picks from what the function looks after; null for all. Throws `CloudError` as a run does. */
export async function planRun(brain: Brain, names: readonly string[] | null): Promise<PlanReport> {
  const { ca, known, orders } = await observeShared(brain);
  const wanted = brain.certificates.filter(({ name }) => names === null || names.includes(name));
  const strangers = (names ?? []).filter((name) => !wanted.some((desired) => desired.name === name));
  const observationOf = await observeCertificates(brain, wanted);
  const turns = turnsOf(brain, RESERVES_MS.search, SEARCHES_MAX);
  const planned = await Promise.all(
    wanted.map((desired) =>
      orFailed(brain, desired, async () => {
        const plan = await planOne(brain, desired, observationOf(desired.name), ca, orders);
        return plan.outcome === "planned" ? await withProof(brain, turns, desired, plan, { known, orders }) : plan;
      }),
    ),
  );
  return {
    link: brain.link.name,
    linkDigest: linkDigest(brain.link),
    at: brain.clock(),
    certificates: [...planned, ...strangers.map(toStranger)],
    trouble: [],
  };
}

const toStranger = (certificate: string) => ({ certificate, outcome: "unknown-certificate" }) as const;

async function planOne(
  brain: Brain,
  desired: DesiredCertificate,
  observation: Observation,
  ca: ObservedCa,
  orders: readonly RevocationOrder[],
): Promise<Exclude<PlannedOrNot, { outcome: "unknown-certificate" }>> {
  const certificate = desired.name;
  if (observation.kind === "problem") return { certificate, outcome: "failed", ...observation.problem };
  if (observation.kind === "refused") {
    const { reason, detail } = observation.refusal;
    return { certificate, outcome: "refused", reason, detail };
  }
  const { current, pending } = observation.certificate;
  const observed = await complete(brain, desired, observation.certificate, ca, orders);
  const plan = planCertificate(desired, observed, brain.clock());
  const intent = observed.intent?.state ?? null;
  return {
    certificate,
    outcome: "planned",
    current,
    pending: pending !== null,
    intent,
    ...plan,
    seenAt: null,
    promotion: null,
  };
}

/** Looks in relay's log as a run does, and keeps nothing of what it finds. */
async function withProof(
  brain: Brain,
  turns: ReturnType<typeof turnsOf>,
  desired: DesiredCertificate,
  plan: Planned,
  { known, orders }: Pick<Awaited<ReturnType<typeof observeShared>>, "known" | "orders">,
): Promise<Planned> {
  const { current } = plan;
  const seen = await observeUse(brain, turns, { desired, current, changes: [] }, known);
  const proof = proofOf(desired, current, seen, brain.clock());
  const promotion = brain.promotion?.desired.name === desired.name ? brain.promotion : undefined;
  return {
    ...plan,
    proof,
    seenAt: typeof seen === "number" ? seen : null,
    promotion:
      promotion === undefined ? null : (await observePromotion(brain, promotion, { justStaged: false, orders })).plan,
  };
}
