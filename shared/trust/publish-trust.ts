/**
 * The trust's loop: observe, plan, remember, publish, tell. What is remembered is what was observed, so that whoever
 * issues by it is never ahead of what relay and the bunnies can load.
 */
import type { Standing } from "../certificates/journal.ts";
import { finishRun } from "../reconcile/finish-run.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { sayFrozen } from "../reconcile/say-frozen.ts";
import { tellConditions } from "../reconcile/tell-conditions.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import { CONCERN, trustConditions } from "./conditions.ts";
import { isBlind, sinceAfter } from "./lasting.ts";
import { desiredTrust } from "./linked.ts";
import { NO_TRUST_MEMORY, type Publication, type TrustMemory, toView } from "./memory.ts";
import { type Look, observeTrust } from "./observe.ts";
import { planTrust, type TrustPlan } from "./plan.ts";
import type { PublishStep } from "./publish.ts";
import type { Publisher } from "./publisher.ts";
import { isSame, publicationsOf, recordFound } from "./record.ts";
import { type RememberedCa, rememberedAfter } from "./remembered.ts";
import { headOf } from "./state.ts";
import { sayHold, sayRollover, sayTrouble } from "./words-of.ts";

export interface TrustReport {
  readonly published: readonly string[];
  readonly trouble: readonly string[];
}

export interface Planned {
  readonly standing: Standing;
  readonly memory: TrustMemory;
  readonly look: Look;
  readonly plan: TrustPlan;
}

/** Throws `CloudError` when the journal could not be read: nobody knows then whether the link is frozen. */
export async function publishTrust(publisher: Publisher): Promise<TrustReport> {
  const now = publisher.clock();
  const planned = await planOf(publisher, now);
  const { standing, memory, look, plan } = planned;
  sayFrozen(publisher, standing.freeze);
  sayPlan(publisher, planned);
  const since = sinceAfter(memory.since, plan, now);
  const { frozen } = standing.freeze;
  const unrecorded = await recordFound(publisher, memory, look.observed, now);
  const publishing = publicationsOf(unrecorded, frozen ? [] : plan.steps, now);
  const written = await remember(publisher, planned, { since, publishing }, now);
  // Another run that has looked at the same time publishes what is to be published. And where the look is not kept, the
  // renewals would go by one from before this bundle.
  const done =
    frozen || written === "other-run" || written instanceof CloudError
      ? NOTHING_DONE
      : await carryOutFrom(publisher, written, plan.steps);
  const conditions = trustConditions({ plan, problems: look.problems, refused: done.refused, since, now });
  const report = { concern: CONCERN, conditions, observedAt: now, complete: !isBlind(plan) };
  const untold = await tellConditions(publisher, report);
  const trouble = [
    ...plan.troubles.map(sayTrouble),
    ...done.trouble,
    ...untold,
    ...(written instanceof CloudError ? [`what was seen could not be kept: ${written.code}`] : []),
  ];
  const counts = { steps: plan.steps.length, published: done.published.length };
  return { published: done.published, trouble: finishRun(publisher, { startedAt: now, counts, trouble }) };
}

const NOTHING_DONE: CarriedOut = { published: [], recorded: [], refused: new Map(), trouble: [] };

/** What is recorded needs to be looked for by no later run. Where that is not kept, it is recorded once more. */
async function carryOutFrom(
  publisher: Publisher,
  memory: TrustMemory,
  steps: readonly PublishStep[],
): Promise<CarriedOut> {
  const done = await carryOut(publisher, steps);
  const { recorded } = done;
  if (recorded.length === 0) return done;
  const isRecorded = (one: Publication) =>
    recorded.some(({ party, bundle: { version } }) => isSame(one, { party, version }));
  const publishing = memory.publishing.filter((one) => !isRecorded(one));
  await orCloudError(() => publisher.memory.write({ ...memory, publishing }));
  return done;
}

export async function planOf(publisher: Publisher, now: Instant): Promise<Planned> {
  const { link, trust, cas, journal } = publisher;
  const standing = await journal.readStanding();
  const memory = standing.trust ?? NO_TRUST_MEMORY;
  const look = await observeTrust(publisher, standing, memory, now);
  return { standing, memory, look, plan: planTrust(desiredTrust(link, trust, cas), look.observed, now) };
}

function sayPlan({ log }: Publisher, { plan, look, standing }: Planned): void {
  const { head } = look.observed;
  log.info("trust.planned", {
    version: head.kind === "published" ? head.bundle.version : head.kind,
    steps: plan.steps.map(({ kind, party, bundle }) => `${kind} ${party} ${bundle.version}`),
    ...(plan.hold === null ? {} : { hold: sayHold(plan.hold) }),
    rollover: sayRollover(plan.rollover),
    loaded: [...plan.loaded].map(([party, loading]) =>
      loading.kind === "loaded" ? `${party} loaded` : `${party} ${loading.reason}`,
    ),
    frozen: standing.freeze.frozen,
    problems: look.problems,
  });
}

/**
 * What the renewals go by is written before anything is published: they learn of a new bundle a look later. And no
 * bundle of ours is in a store whose CAs are not remembered.
 */
async function remember(
  { memory: store, log }: Publisher,
  planned: Planned,
  own: Pick<TrustMemory, "since" | "publishing">,
  now: Instant,
): Promise<TrustMemory | "other-run" | CloudError> {
  const { memory, look } = planned;
  const { words, heardUntil, handPins, observed } = look;
  const view = toView(observed, handPins, now);
  const published = publishedBy(planned, now);
  const next = { ...memory, words: [...words], heardUntil, ...own, view, published };
  const written = await orCloudError(() => store.write(next));
  if (written !== null) return written;
  log.info("trust.other-run");
  return "other-run";
}

function publishedBy({ memory, look, plan }: Planned, now: Instant): RememberedCa[] {
  const head = headOf(look.observed);
  const bundles = [...plan.steps.map(({ bundle }) => bundle), ...(head === null ? [] : [head])];
  return rememberedAfter(
    memory.published,
    bundles.flatMap(({ authorities }) => authorities),
    now,
  );
}
