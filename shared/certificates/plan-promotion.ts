/**
 * Decides whether relay's staged certificate becomes the one that relay serves.
 *
 * Pure: no clock, network or randomness. One thing must stay true: while a good one is served, none takes its place
 * that a replica could not serve.
 */
import type { Instant } from "../runtime/instant.ts";
import { sameIdentity, sameKey } from "./match.ts";
import type { DesiredCertificate } from "./plan.ts";
import type { ReplicaReport } from "./replicas.ts";
import { mustBeReplaced } from "./revocation.ts";
import type { RevocationOrder } from "./revocation-order.ts";
import type { CertificateVersion } from "./schema.ts";

export interface ObservedStages {
  readonly staged: CertificateVersion | null;
  readonly current: CertificateVersion | null;
  /** The version that is labelled as current, certificate or not. */
  readonly currentVersion: string | null;
  /** A person wants what is current to stay so. */
  readonly held: boolean;
}

/** What else of the link's affairs counts. */
export interface PromotionContext {
  readonly checkEverySeconds: number;
  readonly orders: readonly RevocationOrder[];
  /** Nothing may be changed in any cloud. */
  readonly frozen: boolean;
}

export type PromotionReason =
  | "nothing-current"
  /** Its key is known to others, or the CA has revoked it. */
  | "current-revoked"
  | "current-ending"
  | "loaded"
  | "time-passed";

export type HoldReason =
  /** It has ended, was revoked, or is not what the link asks for: the next run asks for another one. */
  | "staged-unfit"
  | "replicas-behind"
  /** Nobody can tell whether it is loaded. */
  | "no-replica-heard"
  | "log-not-searched"
  /** The link is. */
  | "frozen"
  | "time-not-passed"
  | "left-to-a-person"
  /** A person has stepped back to what is current, and keeps it there. */
  | "held-by-a-person";

export type PromotionPlan =
  | { readonly kind: "in-step" }
  | {
      readonly kind: "promote";
      readonly from: string | null;
      readonly to: string;
      readonly reason: PromotionReason;
    }
  | {
      readonly kind: "hold";
      readonly reason: HoldReason;
      /** The replicas that have not loaded it, in order. */
      readonly behind: readonly string[];
    };

/** So many looks before its end a certificate gives way to any other that is fit: there may be no later chance. */
const LAST_LOOKS = 2;

export function planPromotion(
  desired: DesiredCertificate,
  { staged, current, currentVersion, held }: ObservedStages,
  replicas: readonly ReplicaReport[] | "not-searched",
  { checkEverySeconds, orders, frozen }: PromotionContext,
  now: Instant,
): PromotionPlan {
  if (staged === null || staged.version === currentVersion) return { kind: "in-step" };
  if (!isFit(desired, staged, now) || mustBeReplaced(orders, staged.serial)) return hold("staged-unfit");
  if (frozen) return hold("frozen");
  const promote = (reason: PromotionReason): PromotionPlan => ({
    kind: "promote",
    from: currentVersion,
    to: staged.version,
    reason,
  });
  if (current === null) return promote("nothing-current");
  if (mustBeReplaced(orders, current.serial)) return promote("current-revoked");
  if (current.notAfter <= now + LAST_LOOKS * checkEverySeconds) return promote("current-ending");
  if (held) return hold("held-by-a-person");
  const verdict = judge(desired, staged, replicas, now);
  return typeof verdict === "string" ? promote(verdict) : verdict;
}

/** True when the plan depends on what relay's log says: only then is it searched. */
export const needsReplicas = (plan: PromotionPlan): boolean =>
  plan.kind === "hold" && plan.reason === "log-not-searched";

function judge(
  { proof }: DesiredCertificate,
  staged: CertificateVersion,
  replicas: readonly ReplicaReport[] | "not-searched",
  now: Instant,
): PromotionReason | PromotionPlan {
  if (proof === "manual") return hold("left-to-a-person");
  if (proof !== "observed")
    return now >= staged.createdAt + proof.after ? "time-passed" : hold("time-not-passed");
  if (replicas === "not-searched") return hold("log-not-searched");
  if (replicas.length === 0) return hold("no-replica-heard");
  const behind = replicas.filter(({ serials }) => !serials.includes(staged.serial));
  return behind.length === 0 ? "loaded" : hold("replicas-behind", behind);
}

function isFit(desired: DesiredCertificate, staged: CertificateVersion, now: Instant): boolean {
  return (
    staged.enabled &&
    staged.issuer !== "other" &&
    staged.notAfter > now &&
    sameIdentity(staged.identity, desired.identity) &&
    sameKey(staged.key, desired.key)
  );
}

const hold = (reason: HoldReason, behind: readonly ReplicaReport[] = []): PromotionPlan => ({
  kind: "hold",
  reason,
  behind: behind.map(({ replica }) => replica).toSorted(),
});
