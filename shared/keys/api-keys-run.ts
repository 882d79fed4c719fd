/**
 * The API keys' loop, for all keys of a link: observe, plan, write down, one step for each, tell. Most minutes it reads
 * what it has written down, and that there is nothing to look at yet. One key in trouble keeps no other from its step.
 */
import { finishRun } from "../reconcile/finish-run.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { sayFrozen } from "../reconcile/say-frozen.ts";
import { tellConditions } from "../reconcile/tell-conditions.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import { apiKeyConditions, CONCERN } from "./api-key-conditions.ts";
import { withoutStep } from "./api-key-memory.ts";
import { nextLookAt } from "./api-key-next-look.ts";
import { recordStep } from "./api-key-record.ts";
import { headOf, type KeysReport, keyReport } from "./api-key-report.ts";
import { type KeyLook, observeApiKey, rotateApiKey } from "./api-key-rotate.ts";
import { NO_KEY_MEMORY } from "./api-key-schema.ts";
import { type ApiKeysBrain, type KeptMemory, keptMemory, rotationOf } from "./api-keys-brain.ts";
import type { BunnysKey } from "./api-keys-desired.ts";
import type { KeysStanding } from "./api-keys-standing.ts";
import { type WritePermit, writePermit } from "./write-permit.ts";

const LOOKS_AT_ONCE = 4;
/** A look with every attempt of each of its calls, when none is slow on purpose. */
const LOOK_RESERVE_MS = 45_000;
/** The hand's call, which is the longest write, and what is told afterwards. */
const WRITE_RESERVE_MS = 40_000;

/** `always`: also when there is nothing to look at yet. Throws `CloudError` when what stands could not be read. */
export async function rotateApiKeys(brain: ApiKeysBrain, always = false): Promise<KeysReport> {
  const startedAt = brain.clock();
  const standing = await brain.store.read();
  sayFrozen(brain, standing.freeze);
  const isDue =
    always ||
    isSomethingOpen(standing) ||
    brain.keys.some(({ desired: { name } }) => isDueAt(standing, name, startedAt));
  const looks = isDue ? await lookAtAll(brain, standing) : [];
  const told = isDue ? await tell(brain, looks, startedAt) : [];
  const trouble = finishRun(brain, {
    startedAt,
    counts: { keys: brain.keys.length, looks: looks.length },
    trouble: [...looks.flatMap(troubleOf), ...told],
  });
  return {
    ...headOf(brain, startedAt, standing),
    keys: looks.flatMap(({ key, look }) => (look === null ? [] : [keyReport(key, look)])),
    problems: looks.flatMap(({ key, code }) => (code === null ? [] : [{ name: key.desired.name, code }])),
    trouble,
  };
}

const isDueAt = ({ kept }: KeysStanding, name: string, now: number): boolean =>
  (kept.get(name)?.lookAt ?? 0) <= now;

/**
 * The look that found all in order may have closed nothing: its report did not arrive, or was begun in the very second
 * in which the incident was last seen.
 */
const isSomethingOpen = ({ incidents }: KeysStanding): boolean =>
  incidents.some(({ concern, state }) => concern === CONCERN && state === "open");

interface Looked {
  readonly key: BunnysKey;
  /** Null when there was no look, or it could not be written down. */
  readonly look: KeyLook | null;
  readonly code: string | null;
  /** What went wrong, in a few words. */
  readonly failure: string | null;
}

/** All of them, also those that are not due: only who has seen all can say that something is over. */
async function lookAtAll(brain: ApiKeysBrain, standing: KeysStanding): Promise<readonly Looked[]> {
  const holder = brain.invocation.requestId;
  const permit = writePermit({ ...brain, holder, reserveMs: WRITE_RESERVE_MS });
  const looks: Looked[] = [];
  try {
    await inParallel(LOOKS_AT_ONCE, brain.keys, async (key) => {
      looks.push(await lookAt(brain, key, standing, permit));
    });
  } finally {
    await orCloudError(() => permit.release());
  }
  return looks.toSorted((one, other) => brain.keys.indexOf(one.key) - brain.keys.indexOf(other.key));
}

async function lookAt(
  brain: ApiKeysBrain,
  key: BunnysKey,
  standing: KeysStanding,
  permit: WritePermit,
): Promise<Looked> {
  const { name } = key.desired;
  if (brain.remainingMs() < LOOK_RESERVE_MS) return { key, look: null, ...failed("no-time-left") };
  const memory = keptMemory(brain, name, standing);
  const askedAt = standing.asked.get(name) ?? null;
  const look = await orCloudError(async () => {
    const done = standing.freeze.frozen
      ? await lookOnly(brain, key, memory, askedAt)
      : await rotate(brain, key, memory, askedAt, permit);
    await lookLater(brain, name, memory, done);
    if (askedAt !== null && done.plan.step.kind === "none") await brain.store.settle(name, askedAt);
    return done;
  });
  if (!(look instanceof CloudError)) return { key, look, ...failureOf(look) };
  const { operation, code } = look;
  brain.log.error("api-key.not-looked-at", { key: name, operation, code });
  return { key, look: null, ...failed(code, operation) };
}

type Failure = Pick<Looked, "code" | "failure">;

const failed = (code: string, operation?: string): Failure => ({
  code,
  failure: operation === undefined ? code : `${operation} failed, ${code}`,
});

function failureOf({ failure, outcome }: KeyLook): Failure {
  if (failure !== null) return failed(failure.code, failure.operation);
  return outcome === "gone" ? failed("push-refused") : { code: null, failure: null };
}

async function rotate(
  brain: ApiKeysBrain,
  key: BunnysKey,
  memory: KeptMemory,
  askedAt: number | null,
  permit: WritePermit,
): Promise<KeyLook> {
  const { name } = key.desired;
  const mayWrite = async () => {
    const withheld = await permit.ask();
    if (withheld !== null)
      brain.log.info("api-key.withheld", { key: name, code: withheld, ...permit.heldBy() });
    return withheld === null;
  };
  const look = await rotateApiKey(rotationOf(brain, key, memory, mayWrite), askedAt);
  say(brain, name, look);
  const unrecorded = await recordStep(brain, name, look, brain.clock());
  if (unrecorded !== null) brain.log.error("api-key.unrecorded", { key: name, code: unrecorded.code });
  return look;
}

/** What was seen is remembered, so that it is told since when it has been so. */
async function lookOnly(
  brain: ApiKeysBrain,
  key: BunnysKey,
  memory: KeptMemory,
  askedAt: number | null,
): Promise<KeyLook> {
  const rotation = rotationOf(brain, key, memory, () => Promise.resolve(false));
  const before = await memory.read();
  const seen = await observeApiKey(rotation, before, askedAt);
  const after = withoutStep(seen.plan.memory, before ?? NO_KEY_MEMORY);
  if (JSON.stringify(after) !== JSON.stringify(before)) await memory.write(after);
  const isStep = seen.plan.step.kind !== "none" && seen.plan.step.kind !== "wait";
  const look = { ...seen, outcome: isStep ? ("not-allowed" as const) : ("nothing-to-do" as const) };
  say(brain, key.desired.name, look);
  return look;
}

function say({ log }: ApiKeysBrain, name: string, { plan, outcome }: KeyLook): void {
  const { step, troubles } = plan;
  log.info("api-key.planned", {
    key: name,
    step: step.kind,
    ...("reason" in step ? { reason: step.reason } : {}),
    outcome,
    troubles: troubles.map(({ reason }) => reason),
  });
}

/** Written down only where it matters: what is due already stays so. */
async function lookLater(
  { store, clock }: ApiKeysBrain,
  name: string,
  memory: KeptMemory,
  { plan, outcome }: KeyLook,
): Promise<void> {
  const now = clock();
  const kept = memory.kept();
  const wanted = outcome === "elsewhere" ? now : nextLookAt(plan, now);
  const stands = kept?.lookAt ?? 0;
  const isLater = stands <= now && wanted > now;
  if (kept === null || (!isLater && wanted >= stands)) return;
  await store.keep(name, kept, { memory: kept.memory, lookAt: wanted });
}

const troubleOf = ({ key, failure }: Looked): string[] =>
  failure === null ? [] : [`${key.desired.name}: ${failure}`];

async function tell(brain: ApiKeysBrain, looks: readonly Looked[], observedAt: number) {
  const now = brain.clock();
  const conditions = looks.flatMap(({ key, look }) =>
    look === null ? [] : apiKeyConditions(key, look.plan, now),
  );
  return await tellConditions(brain, {
    concern: CONCERN,
    conditions,
    observedAt,
    complete: looks.every(isComplete),
  });
}

/** Of a label that was moved a moment ago nothing is learnt. */
const isComplete = ({ look, failure }: Looked): boolean =>
  look !== null &&
  failure === null &&
  !(look.plan.step.kind === "wait" && look.plan.step.reason === "labels-unsettled");
