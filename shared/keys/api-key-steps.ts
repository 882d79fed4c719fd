/** The steps of a rotation, each with its reason: closed, so that every one of them has words and a test. */
import type { Instant } from "../runtime/instant.ts";
import type { EvidenceWait } from "./api-key-evidence.ts";

export type StageReason =
  | "absent"
  /** A person has disabled it in the vault. */
  | "disabled"
  | "other-identity"
  | "other-scopes"
  | "asked-for"
  | "rotation-due";

export type DropReason =
  /** It stands on a value of somebody's, or on a key that is accepted anyway. */
  | "idle"
  /** It is older than the current one. */
  | "outdated"
  | "other-identity"
  | "other-scopes"
  /** The vault has had it, and has the current one again. */
  | "taken-back"
  | "not-loaded";

export type PushReason =
  | "rotation"
  | "absent"
  /** The vault has a key that relay does not know. */
  | "unknown-in-vault"
  /** Labels were moved: what was the vault's key is the previous one now. */
  | "previous-in-vault"
  | "pending-disabled"
  | "pending-unfit";

export type ApiKeyStep =
  /** A new key is made and labelled as pending, in the place of `from`. */
  | { readonly kind: "stage"; readonly from: string | null; readonly reason: StageReason }
  | { readonly kind: "drop-pending"; readonly versionId: string; readonly reason: DropReason }
  /** The vault is given the key of this version, in the place of its version `over`. */
  | {
      readonly kind: "push";
      readonly versionId: string;
      readonly keyId: string;
      readonly over: string | null;
      readonly reason: PushReason;
    }
  | {
      readonly kind: "promote";
      readonly from: string | null;
      readonly to: string;
      readonly reason: "used" | "nothing-current";
    }
  | { readonly kind: "retire"; readonly versionId: string }
  /** What is labelled as current is no key: the previous one is made current again. */
  | { readonly kind: "restore-previous"; readonly from: string | null; readonly to: string };

export type WaitReason =
  | EvidenceWait
  /** A label was moved a moment ago: what is read may be of the time before it. */
  | "labels-unsettled"
  | "labels-unreadable"
  | "secret-deleted"
  | "vault-unreadable"
  | "vault-deleted"
  /** One was given up a short while ago. */
  | "back-off";

export interface ApiKeyWait {
  readonly kind: "wait";
  readonly reason: WaitReason;
  readonly until: Instant | null;
  readonly replicas: readonly string[];
}
