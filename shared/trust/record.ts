/**
 * What is written down of the bundles that were published. A run notes what it is about to publish before it does, and
 * takes that off once it is recorded: what stands in a store all the same was published by a run that died in between,
 * or whose answer was lost.
 */
import { FOUND } from "../certificates/record.ts";
import { changeId } from "../journal/change.ts";
import { linkDigest } from "../link/load.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Publication, TrustMemory } from "./memory.ts";
import type { PublishStep } from "./publish.ts";
import type { Publisher } from "./publisher.ts";
import type { ObservedTrust } from "./state.ts";

type Recorder = Pick<Publisher, "audit" | "link" | "invocation" | "log">;
type Published = Pick<PublishStep, "kind" | "party" | "bundle">;

/** Longer than a run may take: what does not stand there by then never came about, or another bundle came after it. */
const UNDER_WAY_SECONDS = 900;

/** False when the journal did not take it, which is logged. */
export async function recordPublication(
  recorder: Recorder,
  step: Published,
  reasons: readonly string[] = [],
): Promise<boolean> {
  const { log } = recorder;
  const failure = await orCloudError(() => recorder.audit.record(toChange(recorder, step, reasons)));
  if (!(failure instanceof CloudError)) return true;
  const { party, bundle } = step;
  log.error("trust.unrecorded", { party, version: bundle.version, code: failure.code });
  return false;
}

function toChange({ link, invocation }: Recorder, step: Published, reasons: readonly string[]) {
  const { party, bundle, kind } = step;
  return {
    id: changeId(link.name, party, "publish-trust", bundle.version),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: "trust" as const,
    target: party,
    kind: "publish-trust" as const,
    before: null,
    after: {
      version: bundle.version,
      authorities: bundle.authorities.length,
      revoked: bundle.revoked.length,
    },
    reasons: [...reasons, kind],
    actor: invocation.actor,
    requestIds: { lambda: invocation.requestId },
  };
}

/** Records what an earlier run could not. Returns what is still to be recorded, if it comes about. */
export async function recordFound(
  recorder: Recorder,
  { publishing }: Pick<TrustMemory, "publishing">,
  { head, copies }: Pick<ObservedTrust, "head" | "copies">,
  now: Instant,
): Promise<Publication[]> {
  const left: Publication[] = [];
  for (const publication of publishing) {
    const { party, version, at } = publication;
    const copy = copies.get(party);
    const store = copy ?? head;
    const kind = copy === undefined ? "publish" : "copy";
    const stands = store.kind === "published" && store.bundle.version === version;
    const isDone =
      stands && (await recordPublication(recorder, { kind, party, bundle: store.bundle }, [FOUND]));
    if (!isDone && now < at + UNDER_WAY_SECONDS) left.push(publication);
  }
  return left;
}

/** `before` are those that are still to be recorded. */
export function publicationsOf(
  before: readonly Publication[],
  steps: readonly PublishStep[],
  now: Instant,
): Publication[] {
  const begun = steps.map(({ party, bundle }) => ({ party, version: bundle.version, at: now }));
  return [...before.filter((one) => !begun.some((other) => isSame(one, other))), ...begun];
}

export const isSame = (one: Omit<Publication, "at">, other: Omit<Publication, "at">): boolean =>
  one.party === other.party && one.version === other.version;
