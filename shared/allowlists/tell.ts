/**
 * Tells what runs have found and done in the allowlists: each report once, by whichever way and however often it
 * comes. What is to be put right is written down before the first write; what was written is recorded, then remembered,
 * then told. A run that dies between is made up for by a later one: what it had begun is told as soon as a look says
 * what has become of it, a report that is not remembered yet counts as new, and what is told follows from the memory.
 */
import type { Audit } from "../journal/audit.ts";
import type { NewChange } from "../journal/change.ts";
import type { Link } from "../link/schema.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { type Tell, tellConditions } from "../reconcile/tell-conditions.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Log } from "../runtime/log.ts";
import { isBegun, settleBegun } from "./begun.ts";
import { allowlistsReport } from "./conditions.ts";
import type { GroupReport } from "./group-report.ts";
import { healRecord } from "./heal-record.ts";
import { type AllowlistMemory, isNews, type Looked, rememberLooked } from "./memory.ts";
import type { AllowlistMemoryStore } from "./memory-store.ts";

export interface AllowlistTeller {
  readonly link: Link;
  readonly memory: AllowlistMemoryStore;
  readonly audit: Pick<Audit, "record">;
  readonly tell: Tell;
  readonly log: Log;
  /** The function's name, and the id of this run. */
  readonly invocation: { readonly actor: string; readonly requestId: string };
}

/**
 * Writes down what is about to be put right, so that it is told even if this run dies before it tells. Healing waits
 * for nobody: when it cannot be written down, the log says so.
 */
export async function beginHealing(
  teller: AllowlistTeller,
  reports: readonly GroupReport[],
  now: Instant,
): Promise<void> {
  const kept = await orCloudError(() => keepLooked(teller, { reports, unread: [], now }, []));
  if (!(kept instanceof CloudError)) return;
  const { operation, code } = kept;
  teller.log.warn("allowlists.not-begun", { operation, code, groups: reports.map(({ group }) => group) });
}

/** Who wrote what a note tells of. */
const HAND = "hand";

/**
 * At the end of every run, also of one that has looked at nothing: then it closes what is told for long enough. The
 * answer is what a person should look at.
 */
export async function tellAllowlists(teller: AllowlistTeller, looked: Looked): Promise<readonly string[]> {
  const kept = await orCloudError(() => keepLooked(teller, looked, recordsOf(teller, looked.reports)));
  if (kept instanceof CloudError) {
    const { operation, code } = kept;
    teller.log.error("allowlists.not-remembered", { operation, code, reports: looked.reports.length });
    return [`what was found in allowlists could not be remembered: ${operation} failed, ${code}`];
  }
  return await tellConditions(teller, allowlistsReport(kept, namesOf(teller), looked.now));
}

/**
 * Of the other half's notes: keeps one until the run tells. Throws `CloudError` when it could not be kept, so that it
 * is noted on.
 */
export async function keepReport(
  teller: AllowlistTeller,
  report: GroupReport,
  { now, invocation }: { readonly now: Instant; readonly invocation?: string | undefined },
): Promise<void> {
  const requestIds = invocation === undefined ? {} : { function: invocation };
  const record = isBegun(report) ? null : healRecord({ link: teller.link, actor: HAND, requestIds }, report);
  const records = record === null ? [] : [{ id: report.id, record }];
  await keepLooked(teller, { reports: [report], unread: [], now }, records);
}

interface Recorded {
  /** The report's. */
  readonly id: string;
  readonly record: NewChange;
}

const namesOf = ({ link }: AllowlistTeller): string[] =>
  (link.allowlists?.groups ?? []).map(({ name }) => name);

function recordsOf(teller: AllowlistTeller, reports: readonly GroupReport[]): Recorded[] {
  const { link, invocation } = teller;
  const requestIds = { lambda: invocation.requestId };
  return reports.flatMap((report) => {
    const record = healRecord({ link, actor: writerOf(teller, report), requestIds }, report);
    return record === null || isBegun(report) ? [] : [{ id: report.id, record }];
  });
}

function writerOf({ link, invocation }: AllowlistTeller, { group }: GroupReport): string {
  const isHands = link.allowlists?.groups.some(({ name, cloud }) => name === group && cloud === "azure");
  return isHands === true ? HAND : invocation.actor;
}

/** Of runs that never told: what is in order since. */
async function recordSettled(
  teller: AllowlistTeller,
  memory: AllowlistMemory,
  { reports }: Looked,
): Promise<void> {
  const { settled } = settleBegun(memory, namesOf(teller), reports);
  for (const report of settled) {
    const record = healRecord({ link: teller.link, actor: writerOf(teller, report), requestIds: {} }, report);
    if (record !== null) await teller.audit.record(record);
  }
}

/** Each time another run has got further: of so many at once, all do. */
const TRIES_MAX = 30;

async function keepLooked(
  teller: AllowlistTeller,
  looked: Looked,
  records: readonly Recorded[],
): Promise<AllowlistMemory> {
  let waiting = records;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const before = await teller.memory.read();
    for (const { id, record } of waiting) if (!before.known.includes(id)) await teller.audit.record(record);
    waiting = [];
    await recordSettled(teller, before, looked);
    const after = rememberLooked(before, namesOf(teller), looked);
    if (!isNews(before, after)) return after;
    const written = await teller.memory.write(after);
    if (written !== null) return written;
  }
  throw new CloudError({
    provider: "aws",
    operation: "PutItem",
    target: "memory#allowlists",
    code: "memory-contended",
    retryable: true,
  });
}
