/** One invocation: a batch of lines, a look as time passes, or a person's question. */
import * as z from "zod";
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import { finishRun } from "../reconcile/finish-run.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { type Tell, tellConditions } from "../reconcile/tell-conditions.ts";
import { ContractError } from "../runtime/errors.ts";
import { authReport } from "./conditions.ts";
import { type Batch, isDelivery, openDelivery, readLines } from "./delivery.ts";
import { type Keeper, type Kept, keepLines } from "./keep.ts";
import { isLate, type TakenLine } from "./memory-take.ts";
import { type PlannedAuth, planAuth } from "./plan-run.ts";

export interface AuthBrain extends Keeper {
  readonly link: Link;
  readonly tell: Tell;
  readonly account: string;
  readonly filter: string;
}

export interface AuthRunReport {
  /** What was made of the event. */
  readonly outcome: "taken" | "probed" | "refused" | "looked";
  /** One short sentence for each thing that went wrong. */
  readonly trouble: readonly string[];
}

/** Neither lines nor a question: time has passed. */
export const isLook = (event: unknown): boolean =>
  !isDelivery(event) && !(typeof event === "object" && event !== null && "run" in event);

const PlanRequest = z.strictObject({ run: z.literal("plan") });

/**
 * Throws `ContractError` for an event that asks for something else, and `CloudError` when the table did not take or
 * give what was asked: the same batch comes again then, and counts once.
 */
export async function runOnEvent(brain: AuthBrain, event: unknown): Promise<AuthRunReport | PlannedAuth> {
  if (isDelivery(event)) return await takeBatch(brain, event);
  if (isLook(event)) return await lookAgain(brain);
  if (!PlanRequest.safeParse(event).success)
    throw new ContractError('the event asks for something else than a plan: write { "run": "plan" }');
  return { link: brain.link.name, linkDigest: linkDigest(brain.link), ...(await planAuth(brain)) };
}

async function takeBatch(brain: AuthBrain, event: unknown): Promise<AuthRunReport> {
  const opened = openDelivery(event, { ...brain, groups: brain.desired.groups });
  if (opened.kind === "probe") {
    brain.log.info("auth-failures.probed");
    return { outcome: "probed", trouble: [] };
  }
  if (opened.kind === "refused") {
    const { reason } = opened;
    brain.log.error("auth-failures.refused", { reason });
    return { outcome: "refused", trouble: [`a batch of log lines was refused: ${reason}`] };
  }
  return { outcome: "taken", trouble: await takeLines(brain, opened.batch) };
}

async function takeLines(brain: AuthBrain, batch: Batch): Promise<readonly string[]> {
  const lines = readLines(batch);
  const counts = countLines(brain, batch, lines);
  const kept = lines.length === 0 ? null : await keepLines(brain, lines);
  // Not said before: a batch that could not be kept comes again.
  brain.log.info("auth-failures.taken", { group: batch.group.group, ...counts });
  if (kept === null) return [];
  if (!kept.isToTell) return troubleOf(kept);
  // Another batch may have told more meanwhile: that something is over is for the look of each minute to say. A look
  // that has read before this was written says it of an earlier time.
  const report = { ...authReport(kept.view), observedAt: brain.clock(), complete: false };
  return [...troubleOf(kept), ...(await tellConditions(brain, report))];
}

/** How many, and nothing of what they say. */
function countLines(
  { desired: { limits }, clock }: Keeper,
  { lines: all }: Batch,
  lines: readonly TakenLine[],
) {
  const now = clock();
  const count = (holds: (line: TakenLine) => boolean) => lines.filter(holds).length;
  return {
    lines: all.length,
    refused: count(({ event }) => event?.outcome === "refused"),
    accepted: count(({ event }) => event?.outcome === "accepted"),
    unread: count(({ event }) => event === null),
    /** Of these, those that come too late to be counted where they happened. */
    late: count((line) => isLate(line, limits, now)),
  };
}

async function lookAgain(brain: AuthBrain): Promise<AuthRunReport> {
  const startedAt = brain.clock();
  const counts = { groups: brain.desired.groups.length };
  const trouble = finishRun(brain, { startedAt, counts, trouble: await tellAll(brain) });
  return { outcome: "looked", trouble };
}

/** A look that fails is no batch that has to come again: the next one is a minute away, and sees the same. */
async function tellAll(brain: AuthBrain): Promise<readonly string[]> {
  const kept = await orCloudError(() => keepLines(brain, []));
  if (kept instanceof Error) {
    const { operation, code } = kept;
    brain.log.error("auth-failures.not-looked", { operation, code });
    return [`what is remembered of refused callers could not be looked at: ${operation} failed, ${code}`];
  }
  const report = authReport(kept.view);
  const told = await tellConditions(brain, kept.isLost ? { ...report, complete: false } : report);
  return [...troubleOf(kept), ...told];
}

const troubleOf = ({ unwoken, isLost }: Kept): string[] => [
  ...(unwoken === null ? [] : [`others could not be asked to look at once: ${unwoken}`]),
  ...(isLost ? ["what was remembered of refused callers could not be read: counting has begun anew"] : []),
];
