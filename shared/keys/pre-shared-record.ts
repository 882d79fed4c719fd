/** The record of one step with a tunnel's pre-shared key: versions and our own words, never a key. Pure. */
import { changeId, type Facts, type NewChange } from "../journal/change.ts";
import { linkDigest } from "../link/load.ts";
import type { Link } from "../link/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import type { PreSharedStep } from "./pre-shared-steps.ts";
import { preSharedStepText } from "./pre-shared-words.ts";

export interface Invocation {
  /** The function's name. */
  readonly actor: string;
  readonly requestId: string;
}

export interface Recorded {
  readonly link: Link;
  readonly step: PreSharedStep;
  /** False when nobody knows whether it was carried out. */
  readonly isSure: boolean;
  readonly at: Instant;
  readonly invocation: Invocation;
}

export function recordOf({ link, step, isSure, at, invocation }: Recorded): NewChange {
  const { tunnel } = step;
  const kind = "pre-shared-key";
  return {
    id: changeId(link.name, tunnel, kind, [step.kind, invocation.requestId, at].join(" ")),
    link: link.name,
    linkDigest: linkDigest(link),
    concern: "keys",
    target: tunnel,
    kind,
    ...versionsOf(step),
    reasons: [preSharedStepText(step), ...(isSure ? [] : ["whether it was carried out is not known"])],
    actor: invocation.actor,
    requestIds: { lambda: invocation.requestId },
  };
}

function versionsOf(step: PreSharedStep): { readonly before: Facts | null; readonly after: Facts | null } {
  switch (step.kind) {
    case "adopt":
    case "stage":
      return { before: step.from === null ? null : { version: step.from }, after: null };
    case "set":
      return { before: null, after: { end: step.end, version: step.versionId } };
    case "promote":
      return { before: step.from === null ? null : { version: step.from }, after: { version: step.to } };
    case "drop":
      return { before: { version: step.versionId }, after: null };
  }
}
