/**
 * What a run would do now, and nothing of it: the same reading and the same plan as a run's (renew.ts), and no
 * write of any kind.
 */
import { linkDigest } from "../link/load.ts";
import type { Instant } from "../runtime/instant.ts";
import { caArnsOf } from "./authority.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { type ObservedCas, observeCas } from "./issuers.ts";
import { complete, type Observation, observeCertificates } from "./observe.ts";
import { observeShared, type Standings } from "./observe-shared.ts";
import { observeOrphans } from "./orphans.ts";
import { type Change, type DesiredCertificate, planCertificate } from "./plan.ts";
import type { PromotionPlan } from "./plan-promotion.ts";
import { observePromotion } from "./promote.ts";
import type { Proof } from "./proof.ts";
import { observeUse, proofOf } from "./prove.ts";
import type { Refusal } from "./refusal.ts";
import { orFailed, SEARCHES_MAX, turnsOf } from "./renew.ts";
import type { Outcome } from "./report.ts";
import { planRevocations, type RevocationStanding, type RevocationStep, withServed } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import { standingsOf } from "./revoke.ts";
import type { CertificateVersion, Intent, Serial } from "./schema.ts";
import { readCertificateArn } from "./serial.ts";

export interface Planned {
  readonly certificate: string;
  readonly outcome: "planned";
  /** The newest one; relay's may be only staged. */
  readonly current: CertificateVersion | null;
  /** What is presented to others now. */
  readonly served: CertificateVersion | null;
  /** A request waits in the vault. */
  readonly pending: boolean;
  /** Of the journal's intent for it, when there is one. */
  readonly intent: Intent["state"] | null;
  readonly change: Change | null;
  readonly refusal: Refusal | null;
  /** For what a person's wish for another one is put off; null when none stands. */
  readonly waits: "proof" | null;
  readonly nextAt: Instant;
  readonly proof: Proof | "unknown";
  /** When relay's log first showed the current version; null when it did not, or that is not looked for. */
  readonly seenAt: Instant | null;
  /** What would become of a staged certificate; null where none is ever staged. */
  readonly promotion: PromotionPlan | null;
  /** Issued and never merged: the request that is planned has them revoked. */
  readonly orphans: readonly Orphan[];
}

export interface Orphan {
  readonly serial: Serial;
  readonly certificateArn: string;
  readonly notAfter: Instant;
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
  /** Then nothing of it is done before somebody thaws the link. */
  readonly frozen: boolean;
  readonly certificates: readonly PlannedOrNot[];
  /** What becomes of each order to revoke one of these, or one that has left the link. */
  readonly revocations: readonly RevocationStep[];
  /** A plan is never in trouble: what it found is its answer. */
  readonly trouble: readonly [];
}

/** `names` picks from what the function looks after; null for all. Throws `CloudError` as a run does. */
export async function planRun(brain: Brain, names: readonly string[] | null): Promise<PlanReport> {
  const { ca, standings } = await observeShared(brain);
  const cas = observeCas(brain, standings.trust, ca);
  const wanted = brain.certificates.filter(({ name }) => names === null || names.includes(name));
  const strangers = (names ?? []).filter((name) => !wanted.some((desired) => desired.name === name));
  const observationOf = await observeCertificates(brain, wanted);
  const turns = turnsOf(brain, RESERVES_MS.search, SEARCHES_MAX);
  const planned = await Promise.all(
    wanted.map((desired) =>
      orFailed(brain, desired, async () => {
        const plan = await planOne(brain, desired, observationOf(desired.name), cas, standings);
        return plan.outcome === "planned" ? await withProof(brain, turns, desired, plan, standings) : plan;
      }),
    ),
  );
  return {
    link: brain.link.name,
    linkDigest: linkDigest(brain.link),
    at: brain.clock(),
    frozen: standings.freeze.frozen,
    certificates: [...planned, ...strangers.map(toStranger)],
    revocations: stepsOf(brain, planned, standings.orders),
    trouble: [],
  };
}

const toStranger = (certificate: string) => ({ certificate, outcome: "unknown-certificate" }) as const;

async function planOne(
  brain: Brain,
  desired: DesiredCertificate,
  observation: Observation,
  cas: ObservedCas,
  standings: Standings,
): Promise<Exclude<PlannedOrNot, { outcome: "unknown-certificate" }>> {
  const certificate = desired.name;
  if (observation.kind === "problem") return { certificate, outcome: "failed", ...observation.problem };
  if (observation.kind === "refused") {
    const { reason, detail } = observation.refusal;
    return { certificate, outcome: "refused", reason, detail };
  }
  const { current, pending } = observation.certificate;
  const { observed } = await complete(brain, desired, observation.certificate, cas, standings);
  const plan = planCertificate(desired, observed, brain.clock());
  const intent = observed.intent?.state ?? null;
  return {
    certificate,
    outcome: "planned",
    current,
    served: current,
    pending: pending !== null,
    intent,
    ...plan,
    seenAt: null,
    promotion: null,
    orphans:
      plan.change?.kind === "request" ? await orphansOf(brain, desired, current, standings.orders) : [],
  };
}

async function orphansOf(
  brain: Brain,
  { name }: DesiredCertificate,
  current: CertificateVersion | null,
  orders: readonly RevocationOrder[],
): Promise<Orphan[]> {
  const orphans = (await observeOrphans(brain, name, current)).map(({ certificateArn, notAfter }) => ({
    serial: readCertificateArn(certificateArn).serial,
    certificateArn,
    notAfter,
  }));
  return orphans.filter((orphan) => !orders.some(({ serial }) => serial === orphan.serial));
}

/** As a run does once it has planned the same; what it renews before changes what orders wait for, and is no plan. */
function stepsOf(
  brain: Brain,
  planned: readonly PlannedOrNot[],
  orders: readonly RevocationOrder[],
): RevocationStep[] {
  const standings = new Map<string, RevocationStanding>(
    // What was not asked about is another plan's business.
    brain.certificates.map(({ name }) => [name, "elsewhere"]),
  );
  for (const one of planned)
    standings.set(one.certificate, one.outcome === "planned" ? standingOf(one) : "unsettled");
  const { mode } = brain.link.certificateAuthority;
  return planRevocations(
    orders,
    standingsOf(brain, standings),
    mode,
    brain.clock(),
    caArnsOf(brain.authority),
  );
}

function standingOf({ current, served, proof, promotion }: Planned): RevocationStanding {
  if (promotion === null) return { current, proof };
  const isNew = promotion.kind === "promote";
  return withServed({ current, proof }, { serial: (isNew ? current : served)?.serial ?? null, isNew });
}

/** Looks in relay's log as a run does, and keeps nothing of what it finds. */
async function withProof(
  brain: Brain,
  turns: ReturnType<typeof turnsOf>,
  desired: DesiredCertificate,
  plan: Planned,
  { known, orders, freeze: { frozen } }: Standings,
): Promise<Planned> {
  const { current } = plan;
  const seen = await observeUse(brain, turns, { desired, current, changes: [] }, known);
  const proof = proofOf(desired, current, seen, brain.clock());
  const promotion = brain.promotion?.desired.name === desired.name ? brain.promotion : undefined;
  const looked =
    promotion === undefined
      ? null
      : await observePromotion(brain, promotion, { justStaged: false, orders, frozen });
  return {
    ...plan,
    proof,
    seenAt: typeof seen === "number" ? seen : null,
    ...(looked === null ? {} : { promotion: looked.plan, served: looked.stages.current }),
  };
}
