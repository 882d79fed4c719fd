/**
 * How much one secret holds.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
import { type Labels, labelsOn } from "./labels.ts";
import { tooManyLabels, tooManyVersions } from "./refusals.ts";
import type { Contents, Version } from "./secret-store.ts";

/** Over all of its versions. */
const labelsMax = 20;
const versionsMax = 100;
const dayMs = 86_400_000;

/** The labels as they are. Throws `Refusal` when they are too many. */
export function withinLimit(labels: Labels): Labels {
  if (labels.size > labelsMax) throw tooManyLabels();
  return labels;
}

/**
 * The versions with room for one more: those without a label go, the oldest first, and none within a day of
 * its creation. Throws `Refusal` when there is no room.
 */
export function withRoom({ versions, labels }: Contents, nowMs: number): Map<string, Version> {
  const kept = new Map(versions);
  for (const { id, createdAtMs } of versions.values()) {
    if (kept.size < versionsMax) break;
    if (labelsOn(labels, id).length === 0 && nowMs >= createdAtMs + dayMs) kept.delete(id);
  }
  if (kept.size >= versionsMax) throw tooManyVersions();
  return kept;
}
