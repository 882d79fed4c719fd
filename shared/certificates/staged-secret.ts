/**
 * One secret whose versions carry labels, as a port: the adapter is in aws-staged-secret.ts. A version is written
 * once and never changed; what it is for is told by the label on it, and each label is on one version at a time.
 *
 * Every method throws `CloudError` when the service did not say; `null` and the literals below are facts.
 */
import type { Instant } from "../runtime/instant.ts";
import type { Secret } from "../runtime/secret.ts";

/**
 * What is being made: a request, and then the certificate for it. What relay serves. And what a version is written
 * with, because a version without a label of ours would become the current one.
 */
export const PENDING = "AWSPENDING";
export const CURRENT = "AWSCURRENT";
export const DRAFT = "warrener-draft";
/** A person's: while the current version has it, nothing takes its place that does not have to. */
export const HOLD = "warrener-hold";

export interface LabelledVersion {
  readonly version: string;
  readonly createdAt: Instant;
  /** All that it has, anybody's among them; none of a version that was only just written. */
  readonly labels: readonly string[];
  /** Null when the version holds bytes instead of a text: then it is not ours. */
  readonly value: Secret | null;
}

export interface StagedSecret {
  /** The version with this label; null when none has it. */
  read(label: typeof PENDING | typeof CURRENT): Promise<LabelledVersion | null>;
  /** Written again with the same value it stays one version; `version` is 32 hexadecimal digits. */
  write(version: string, value: Secret): Promise<void>;
  /**
   * Moves a label from the version that was observed to have it (null: none had) to another one, or takes it off
   * (null). "elsewhere" when it was not there any more; then nothing was moved.
   */
  move(
    label: typeof PENDING | typeof CURRENT,
    from: string | null,
    to: string | null,
  ): Promise<"moved" | "elsewhere">;
}
