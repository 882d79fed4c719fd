/** What was done to an API key, for the record of changes. A push is the hand's change, and noted by it too. */
import type { Audit } from "../journal/audit.ts";
import { changeId, type Facts } from "../journal/change.ts";
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import { orCloudError } from "../reconcile/or-cloud-error.ts";
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { KeyLook } from "./api-key-rotate.ts";
import type { ApiKeyStep } from "./api-key-steps.ts";
import { keyStepText } from "./api-key-words.ts";

export interface KeyRecorder {
  readonly audit: Pick<Audit, "record">;
  readonly link: Link;
  readonly invocation: { readonly actor: string; readonly requestId: string };
}

/**
 * Null when there was nothing to record, or it stands there. A step whose outcome is not known is recorded as such: it
 * may have been carried out.
 */
export async function recordStep(
  { audit, link, invocation: { actor, requestId } }: KeyRecorder,
  name: string,
  { plan: { step }, outcome }: KeyLook,
  at: Instant,
): Promise<CloudError | null> {
  if (step.kind === "none" || step.kind === "wait") return null;
  if (outcome !== "done" && outcome !== "unknown") return null;
  const recorded = await orCloudError(() =>
    audit.record({
      id: changeId(link.name, name, "api-key", `${step.kind} ${requestId} ${at}`),
      link: link.name,
      linkDigest: linkDigest(link),
      concern: "keys",
      target: name,
      kind: "api-key",
      before: null,
      after: { step: step.kind, outcome, ...versionsOf(step) },
      reasons: [keyStepText(step)],
      actor,
      requestIds: { lambda: requestId },
    }),
  );
  return recorded instanceof CloudError ? recorded : null;
}

/** Ids alone. */
function versionsOf(step: ApiKeyStep): Facts {
  switch (step.kind) {
    case "stage":
      return {};
    case "drop-pending":
    case "retire":
      return { version: step.versionId };
    case "push":
      return { version: step.versionId, keyId: step.keyId };
    case "promote":
    case "restore-previous":
      return { version: step.to };
  }
}
