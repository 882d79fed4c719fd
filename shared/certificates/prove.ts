/**
 * Looks in relay's log for the use of a certificate that needs no change. A log that cannot be searched never stops a
 * renewal; and one that was not searched, for want of time or because CloudWatch throttles, is looked at by a later
 * run before anybody is told that the use was not seen.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Turns } from "../runtime/turns.ts";
import { type Brain, RESERVES_MS } from "./brain.ts";
import { finishRecords } from "./found.ts";
import type { Seen } from "./journal.ts";
import { isThrottled, patiently } from "./patience.ts";
import type { DesiredCertificate } from "./plan.ts";
import { type Proof, planProof } from "./proof.ts";
import { searchRates } from "./rates.ts";
import type { Outcome, Unproven } from "./report.ts";
import type { CertificateVersion } from "./schema.ts";

/** relay's and the vault's clocks may differ; a serial is unique, so looking a little further back is harmless. */
const LOOK_BACK_SECONDS = 300;

/** Throws `CloudError` when what was found could not be kept in the journal, or the records not be finished. */
export async function prove(
  brain: Brain,
  turns: Turns,
  unproven: Unproven,
  known: ReadonlyMap<string, Seen>,
): Promise<Outcome> {
  const { desired, current, nextAt, changes } = unproven;
  const seen = await observeUse(brain, turns, unproven, known);
  // What this run has merged it has written down, too.
  if (current !== null && !isKnown(known, desired, current) && !changes.includes("sign-and-merge"))
    await keep(brain, turns, desired.name, current, seen);
  const proof = proofOf(desired, current, seen, brain.clock());
  return { certificate: desired.name, outcome: "settled", proof, nextAt, changes };
}

const isKnown = (
  known: ReadonlyMap<string, Seen>,
  { name }: DesiredCertificate,
  { serial }: CertificateVersion,
) => known.get(name)?.serial === serial;

/** "not-searched" says nothing, and "unknown" that the search failed. */
export type Looked = Instant | null | "unknown" | "not-searched";

export function proofOf(
  desired: DesiredCertificate,
  current: CertificateVersion | null,
  seen: Looked,
  now: Instant,
): Proof | "unknown" {
  if (seen === "unknown") return seen;
  const proof = planProof(desired, current, seen === "not-searched" ? null : seen, now);
  return seen === "not-searched" && proof === "overdue" ? "unknown" : proof;
}

/** When relay's log first showed the current version; searched only while that is what is waited for. */
export async function observeUse(
  brain: Brain,
  turns: Turns,
  { desired, current, changes }: Pick<Unproven, "desired" | "current" | "changes">,
  known: ReadonlyMap<string, Seen>,
): Promise<Looked> {
  if (current === null || desired.proof !== "observed") return null;
  const before = known.get(desired.name);
  if (before?.serial === current.serial) return before.at;
  // bunny has had no time to load what was merged a moment ago.
  if (changes.includes("sign-and-merge")) return null;
  const wanted = { deadline: current.createdAt + desired.proofWithinSeconds, rates: searchRates() };
  const at = await turns.take(wanted, async () => ({ seen: await searchLog(brain, desired.name, current) }));
  return at === null ? "not-searched" : at.seen;
}

/** The records first: they are finished in every run until the serial is known as seen, and then nobody looks again. */
async function keep(
  brain: Brain,
  turns: Turns,
  certificate: string,
  current: CertificateVersion,
  seen: Looked,
): Promise<void> {
  const wanted = { deadline: current.createdAt, rates: [] };
  const at = typeof seen === "number" ? seen : null;
  const { serial } = current;
  const kept = await turns.take(wanted, async () => {
    try {
      await patiently(brain, () => finishRecords(brain, certificate, current));
      if (at !== null) await patiently(brain, () => brain.journal.markSeen({ certificate, serial, at }));
      return true;
    } catch (error) {
      // The next run will see it again.
      if (!isThrottled(error)) throw error;
      return false;
    }
  });
  if (kept === true && at !== null) brain.log.info("certificate.seen-in-use", { certificate, serial, at });
}

async function searchLog(
  brain: Brain,
  certificate: string,
  { serial, createdAt }: CertificateVersion,
): Promise<Looked> {
  const since = createdAt - LOOK_BACK_SECONDS;
  try {
    return await patiently(brain, () => brain.usage.firstAccepted(serial, since, nextPages(brain)));
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    const { code, operation } = error;
    if (isThrottled(error) || !inTime(brain)) return "not-searched";
    brain.log.error("certificate.use-unknown", { certificate, code, operation });
    return "unknown";
  }
}

const inTime = (brain: Brain) => brain.remainingMs() >= RESERVES_MS.search;

/** The first page came with the turn; each further one waits for a place of its own. */
export function nextPages(brain: Brain): () => Promise<boolean> {
  let pages = 0;
  return async () => {
    pages += 1;
    if (pages === 1) return inTime(brain);
    for (;;) {
      if (!inTime(brain)) return false;
      const waitMs = brain.pace.start(searchRates());
      if (waitMs === 0) return true;
      await brain.pause(waitMs);
    }
  };
}
