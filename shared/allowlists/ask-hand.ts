/**
 * Azure's half of a run, asked of the hand: it looks at the network security groups, plans with its own copy of the
 * link, and heals them by itself. Whatever it does not say of a group is a problem of that group, and of no other.
 */
import { CALL_TIMEOUT_MS, type HandOf } from "../azure-api/client.ts";
import { OBSERVE_MAX, type Outcome, type Refused } from "../azure-api/contract.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import { inParallel } from "../runtime/in-parallel.ts";
import type { Log } from "../runtime/log.ts";
import type { GroupReport } from "./group-report.ts";
import type { GroupProblem, HalfReport } from "./half-report.ts";

export interface HandAsker {
  readonly hand: HandOf<"allowlists.heal" | "allowlists.plan">;
  readonly log: Log;
  readonly remainingMs: () => number;
}

/** What is told afterwards takes as long. */
const TELL_RESERVE_MS = 20_000;
const BATCHES_AT_ONCE = 3;
/** The hand writes what fits into a call; what is left after that is for the next run. */
const CALLS_FOR_MORE_MAX = 10;

/** Never throws for a cloud's failure. `names`: of Azure's groups, by the link's names. */
export async function healThroughHand(asker: HandAsker, names: readonly string[]): Promise<HalfReport> {
  return await inBatches(names, async (batch, found) => {
    let left = batch;
    for (let calls = 0; left.length > 0 && calls < CALLS_FOR_MORE_MAX; calls += 1) {
      const reports = await ask(asker, left, found, () =>
        asker.hand("allowlists.heal", { groups: [...left] }),
      );
      // They have been looked at: without the time for more there is no problem with them.
      left = hasTime(asker) ? reports.filter(({ isMore }) => isMore).map(({ group }) => group) : [];
    }
  });
}

/** Nothing is written. */
export async function planThroughHand(asker: HandAsker, names: readonly string[]): Promise<HalfReport> {
  return await inBatches(names, async (batch, found) => {
    await ask(asker, batch, found, () => asker.hand("allowlists.plan", { groups: [...batch] }));
  });
}

interface Found {
  readonly reports: GroupReport[];
  readonly problems: GroupProblem[];
}

async function inBatches(
  names: readonly string[],
  work: (batch: readonly string[], found: Found) => Promise<void>,
): Promise<HalfReport> {
  const batches: (readonly string[])[] = [];
  for (let first = 0; first < names.length; first += OBSERVE_MAX) {
    batches.push(names.slice(first, first + OBSERVE_MAX));
  }
  const found: Found = { reports: [], problems: [] };
  await inParallel(BATCHES_AT_ONCE, batches, (batch) => work(batch, found));
  return { ...found, trouble: [] };
}

const hasTime = ({ remainingMs }: HandAsker): boolean => remainingMs() >= CALL_TIMEOUT_MS + TELL_RESERVE_MS;

type Answer = Outcome<"allowlists.heal"> | Outcome<"allowlists.plan"> | Refused;

/** The reports of this call; they are among what was found, as every group is that has none. */
async function ask(
  asker: HandAsker,
  names: readonly string[],
  found: Found,
  call: () => Promise<Answer>,
): Promise<GroupReport[]> {
  const answer = hasTime(asker) ? await orCloudError(call) : "no-time-left";
  const failed = codeOf(answer);
  if (failed !== null) asker.log.error("allowlists.hand-failed", { groups: names.length, code: failed });
  const answered = new Map(groupsOf(answer).map((one) => [one.group, one]));
  const reports: GroupReport[] = [];
  for (const group of names) {
    const one = answered.get(group);
    if (one !== undefined && "wish" in one) reports.push(one);
    else found.problems.push({ group, code: one?.problem.code ?? failed ?? "not-answered" });
  }
  found.reports.push(...reports);
  return reports;
}

function codeOf(answer: Answer | CloudError | "no-time-left"): string | null {
  if (answer === "no-time-left") return answer;
  if (answer instanceof CloudError) return answer.code;
  return answer.outcome === "refused" ? answer.reason : null;
}

const groupsOf = (answer: Answer | CloudError | "no-time-left") =>
  answer === "no-time-left" || answer instanceof CloudError || answer.outcome === "refused"
    ? []
    : answer.groups;
