/**
 * The pre-shared keys' loop: observe, plan, one step at most, tell. What is told is what was seen before the step; what
 * came of that is seen by the next look. One end in trouble hides nothing that the others say, and never makes the run
 * green.
 */
import type { Freeze } from "../freeze/schema.ts";
import type { Audit } from "../journal/audit.ts";
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import { finishRun } from "../reconcile/finish-run.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { sayFrozen } from "../reconcile/say-frozen.ts";
import { type Tell, tellConditions } from "../reconcile/tell-conditions.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { CONCERN } from "./pre-shared-conditions.ts";
import { blindCode, isRead, keyMemoryOf } from "./pre-shared-memory.ts";
import { type Invocation, recordOf } from "./pre-shared-record.ts";
import { type TunnelReport, tunnelReports } from "./pre-shared-report.ts";
import { type KeysLook, planNow, type Rotator, rotatePreSharedKeys } from "./pre-shared-rotate.ts";
import type { ObservedKey, PreSharedMemory } from "./pre-shared-schema.ts";
import type { PreSharedStep } from "./pre-shared-steps.ts";

/** What people have asked for (asks/aws-asks.ts). */
export interface Asking {
  ask(tunnel: string, at: Instant, actor: string): Promise<void>;
  /** What was asked for at that time is done. */
  settle(tunnel: string, at: Instant): Promise<void>;
}

export interface PreSharedBrain extends Rotator {
  readonly link: Link;
  readonly asking: Asking;
  /** Tells the alerts what holds now. */
  readonly tell: Tell;
  /** As it was read last. */
  readonly freeze: () => Freeze | null;
  readonly audit: Pick<Audit, "record">;
  readonly invocation: Invocation;
  readonly log: Log;
}

export interface PreSharedReport {
  readonly tunnels: readonly TunnelReport[];
  /** Of the one step that was due; null when none was. */
  readonly outcome: KeysLook["outcome"] | null;
  /** One short sentence for each thing that went wrong. */
  readonly trouble: readonly string[];
}

export interface PlannedPreSharedKeys {
  readonly link: string;
  readonly linkDigest: string;
  readonly at: Instant;
  readonly frozen: boolean;
  readonly tunnels: readonly TunnelReport[];
  /** What could not be read, by tunnel. */
  readonly problems: readonly { readonly name: string; readonly code: string }[];
  readonly trouble: readonly string[];
}

/** What a person should do about that. */
const MEMORY_UNREADABLE =
  "what is remembered of pre-shared keys cannot be read: unreadable-item; none is changed before the item memory#pre-shared-keys is deleted";

/** Throws `CloudError` when what is remembered could not be read or kept: then nothing was changed. */
export async function lookAfterPreSharedKeys(brain: PreSharedBrain): Promise<PreSharedReport> {
  const { log, clock, policy } = brain;
  const startedAt = clock();
  const look = await rotatePreSharedKeys(brain);
  say(brain, look);
  const { conditions, complete } = look.plan;
  const told = await tellConditions(brain, { concern: CONCERN, conditions, observedAt: startedAt, complete });
  const recorded = await record(brain, look);
  const settled = await settleAsked(brain, look);
  const trouble = finishRun(
    { log, clock },
    {
      startedAt,
      counts: { tunnels: look.plan.keys.length },
      trouble: [...troubleOf(look), ...told, ...recorded, ...settled],
    },
  );
  return {
    tunnels: tunnelReports(policy, look),
    outcome: look.plan.step === null ? null : look.outcome,
    trouble,
  };
}

/** What a run would do now. Nothing is written. Throws `CloudError` when what is remembered could not be read. */
export async function planPreSharedRun(brain: PreSharedBrain): Promise<PlannedPreSharedKeys> {
  const { link, policy, clock } = brain;
  const at = clock();
  const look = await planNow(brain);
  return {
    link: link.name,
    linkDigest: linkDigest(link),
    at,
    frozen: look.standing.frozen,
    tunnels: tunnelReports(policy, look),
    problems: problemsOf(look),
    trouble: look.standing.memory === null ? [MEMORY_UNREADABLE] : [],
  };
}

function say({ log, freeze }: PreSharedBrain, look: KeysLook): void {
  const word = freeze();
  if (word !== null) sayFrozen({ log }, word);
  const { step, waits, complete } = look.plan;
  const { frozen } = look.standing;
  log.info("pre-shared-keys.planned", {
    step: step === null ? null : fieldsOf(step),
    waits,
    frozen,
    complete,
  });
  if (step === null) return;
  const isSure = look.outcome !== "refused" && look.outcome !== "unknown";
  const why = "why" in look ? { why: look.why } : "code" in look ? { code: look.code } : {};
  log[isSure ? "info" : "warn"]("pre-shared-key.step", { ...fieldsOf(step), outcome: look.outcome, ...why });
}

const fieldsOf = (step: PreSharedStep) => ({
  tunnel: step.tunnel,
  step: step.kind,
  ...("end" in step ? { end: step.end } : {}),
  ...("reason" in step ? { reason: step.reason } : {}),
  ...("failed" in step && step.failed !== null ? { failed: step.failed } : {}),
});

function troubleOf(look: KeysLook): string[] {
  const { plan, standing } = look;
  const unread = problemsOf(look).map(
    ({ name, code }) => `${name}: its pre-shared keys could not be read: ${code}`,
  );
  const unsure =
    look.outcome === "unknown" && plan.step !== null
      ? [`${plan.step.tunnel}: whether a step of its key was carried out is not known, ${look.code}`]
      : [];
  return [...(standing.memory === null ? [MEMORY_UNREADABLE] : []), ...unread, ...unsure];
}

const problemsOf = ({ plan }: Pick<KeysLook, "plan">) =>
  plan.keys.flatMap((key) => {
    const code = blindCode(key);
    return code === null ? [] : [{ name: key.name, code }];
  });

/** Whoever asks later what became of a tunnel finds it there; that it cannot be written keeps nothing from being done. */
async function record(brain: PreSharedBrain, { plan: { step }, outcome }: KeysLook): Promise<string[]> {
  const { audit, link, invocation, clock, log } = brain;
  if (step === null || (outcome !== "done" && outcome !== "unknown")) return [];
  const change = recordOf({ link, step, isSure: outcome === "done", at: clock(), invocation });
  const written = await orCloudError(() => audit.record(change));
  if (!(written instanceof CloudError)) return [];
  const { code } = written;
  log.error("pre-shared-key.unrecorded", { ...fieldsOf(step), outcome, code });
  return [`${step.tunnel}: a step of its key could not be written into the history: ${code}`];
}

/** One wish is one new key: what was asked for is done when both ends have one that was not current at the time. */
async function settleAsked({ asking, log }: PreSharedBrain, { plan, standing }: KeysLook): Promise<string[]> {
  const trouble: string[] = [];
  for (const key of plan.keys) {
    const { name } = key;
    const at = standing.askedFor.get(name);
    if (at === undefined || !hasNewKey(key, plan.memory, at)) continue;
    const settled = await orCloudError(() => asking.settle(name, at));
    if (!(settled instanceof CloudError)) continue;
    log.error("pre-shared-key.not-settled", { tunnel: name, code: settled.code });
    trouble.push(`${name}: that its key was rotated as asked for could not be written down: ${settled.code}`);
  }
  return trouble;
}

/**
 * The pending key at both ends becomes the current one, whenever it was made: it may have been before the wish. A wish
 * that came once both had it is not met by it: labels that are read late may show a key as pending that was current.
 */
function hasNewKey(
  { name, stored, aws, azure }: ObservedKey,
  memory: PreSharedMemory,
  askedAt: Instant,
): boolean {
  if (aws === "pending" && azure === "pending") {
    const { inPlaceSince } = keyMemoryOf(memory, name);
    return memory.attempt?.tunnel === name && inPlaceSince !== null && askedAt <= inPlaceSince;
  }
  const current = isRead(stored) ? stored.current : null;
  return current !== null && askedAt <= current.createdAt;
}
