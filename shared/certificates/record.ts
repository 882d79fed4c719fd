/**
 * What a run writes down of the changes it makes, and of those whose record was lost because an earlier run ended
 * between the change and the note about it. A change has one id however often it is found, so that a record that
 * stands twice is known for one.
 */
import { type ChangeKind, changeId, type Facts, type NewChange, type RequestIds } from "../journal/change.ts";
import { linkDigest } from "../link/load.ts";
import { cut } from "./asked.ts";
import type { Brain } from "./brain.ts";
import type { CertificateVersion } from "./schema.ts";

/** The reason of a change that this run did not make itself. */
export const FOUND = "found";

export interface Made {
  readonly kind: ChangeKind;
  /** A certificate's name. */
  readonly target: string;
  /** What tells this change from others of its kind: a request's id, a digest, a version. */
  readonly subject: string;
  readonly before: Facts | null;
  readonly after: Facts | null;
  readonly reasons: readonly string[];
  readonly requestIds: RequestIds;
}

/** What a record needs of who makes it. */
export type Recorder = Pick<Brain, "audit" | "link" | "invocation">;

export async function recordChange(brain: Recorder, made: Made): Promise<void> {
  await brain.audit.record(toChange(brain, made));
}

/** So many of the latest changes are searched: more than one renewal makes, whatever goes wrong in it. */
const KNOWN_WITHIN = 50;

/** For a change that was probably recorded by the run that made it. */
export async function recordIfMissing(brain: Recorder, made: Made): Promise<void> {
  const change = toChange(brain, made);
  // Where the history is cut it may stand there all the same; then it stands twice, and is known for one.
  const { changes } = await brain.audit.history({ target: made.target, limit: KNOWN_WITHIN });
  if (changes.some(({ id }) => id === change.id)) return;
  await brain.audit.record({ ...change, reasons: [FOUND, ...change.reasons] });
}

/** A CSR of a stranger decides what its details say, and how many there are. */
const REASONS_MAX = 30;
const REASON_LENGTH_MAX = 500;

function toChange({ link, invocation }: Recorder, made: Made): NewChange {
  const { kind, target, subject, before, after, reasons, requestIds } = made;
  return {
    id: changeId(link.name, target, kind, subject),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: "certificates",
    target,
    kind,
    before,
    after,
    reasons: reasons.slice(0, REASONS_MAX).map((reason) => cut(reason, REASON_LENGTH_MAX)),
    actor: invocation.actor,
    requestIds: { lambda: invocation.requestId, ...requestIds },
  };
}

/** What is said of a version, before or after a change. */
export function factsOf(current: CertificateVersion): Facts;
export function factsOf(current: CertificateVersion | null): Facts | null;
export function factsOf(current: CertificateVersion | null): Facts | null {
  if (current === null) return null;
  const { version, serial, notAfter } = current;
  return { version, serial, notAfter };
}
