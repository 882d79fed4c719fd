/**
 * Reads what the plan of the trust needs of both clouds, the journal and relay's log. Each part that cannot be read is
 * "unreadable", with a code for whoever looks, and hides nothing of the others.
 */
import { linkCertificates, RELAY } from "../certificates/desired.ts";
import type { Standing } from "../certificates/journal.ts";
import type { DesiredCertificate } from "../certificates/plan.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import { observeThroughHand } from "./ask-hand.ts";
import { inLine } from "./before.ts";
import { leavesOf, wishesOf } from "./leaves.ts";
import type { HandPins, TrustMemory } from "./memory.ts";
import type { Publisher } from "./publisher.ts";
import { type Note, readSigns, readTraces } from "./read-parts.ts";
import { readWords } from "./read-words.ts";
import type { CaId } from "./schema.ts";
import type { ObservedTrust } from "./state.ts";
import { type HeardWord, lastWords, servedSerials, toWords, WORDS_MAX } from "./words.ts";

export interface Problem {
  /** A party's, a certificate's or a CA's name; "relay-log" for relay's log. */
  readonly name: string;
  readonly code: string;
}

export interface Look {
  readonly observed: ObservedTrust;
  readonly handPins: HandPins;
  readonly words: readonly HeardWord[];
  /** Up to then relay's log was read. */
  readonly heardUntil: Instant | null;
  readonly problems: readonly Problem[];
}

/** `standing` and `memory` are what the journal says; without it nothing can be done, so that it is read before. */
export async function observeTrust(
  publisher: Publisher,
  standing: Standing,
  memory: TrustMemory,
  now: Instant,
): Promise<Look> {
  const { link, trust, cas } = publisher;
  const problems: Problem[] = [];
  const note: Note = (name, code) => void problems.push({ name, code });
  const certificates = linkCertificates(link);
  const bunnies = link.bunnies.map(({ name }) => name);
  const [head, copies, heard, tracesWith, signs] = await Promise.all([
    orCloudError(() => publisher.head.read()),
    observeThroughHand(publisher, bunnies),
    readWords(publisher, memory, now),
    readTraces(publisher, standing, certificates, now, note),
    readSigns(publisher, now, note),
  ]);
  problems.push(...copies.problems);
  if (head instanceof CloudError) note(RELAY, head.code);
  if (heard.failure !== null) note("relay-log", heard.failure.code);
  const { missedSeconds, heardWithinSeconds } = trust.timing;
  const words = lastWords(memory.words, heard.words, missedSeconds, now);
  const isTooMany = words.length > WORDS_MAX;
  if (isTooMany) note("relay-log", "too-many-replicas");
  const traces =
    tracesWith === null ? null : tracesWith(servedSerials(words, RELAY, now - heardWithinSeconds));
  const { unknownIssues, revocations } = standing;
  if (unknownIssues === null) note("journal", "unreadable-item");
  const leaves = traces === null || unknownIssues === null ? null : leavesOf(traces, unknownIssues, cas, now);
  return {
    observed: inLine({
      head: head instanceof CloudError ? { kind: "unreadable" } : head,
      copies: copies.copies,
      remembered: memory.published,
      words: heard.failure === null && !isTooMany ? toWords(words) : "unreadable",
      leaves: leaves ?? "unreadable",
      pinned: pinnedFor(publisher, certificates, copies.pinned),
      signs,
      revoked: traces === null || leaves === null ? "unreadable" : wishesOf(revocations, traces, leaves, now),
    }),
    handPins: copies.pinned,
    words: words.slice(0, WORDS_MAX),
    // What has no room is read again.
    heardUntil: isTooMany ? memory.heardUntil : heard.until,
    problems,
  };
}

/** relay's certificate has its hand in AWS, which is deployed with this function's own CAs. */
function pinnedFor(
  { cas }: Publisher,
  certificates: readonly DesiredCertificate[],
  handPins: HandPins,
): ReadonlyMap<string, readonly CaId[] | "unreadable"> {
  const own = cas.map(({ facts }) => facts.id);
  return new Map(certificates.map(({ name, holder }) => [name, holder === RELAY ? own : handPins]));
}
