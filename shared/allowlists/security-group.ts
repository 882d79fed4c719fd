/** The nouns of the plan for one security group: what is observed of it, and what is done to it. */
import type { Instant } from "../runtime/instant.ts";
import type { Withheld } from "./consent.ts";
import type { Drift, DriftReason, Exception, Rule } from "./schema.ts";

export interface ObservedRule {
  /** The id of the security group rule; it stays the same when the rule is rewritten. */
  readonly id: string;
  readonly rule: Rule;
  /** It carries the tag of this link. */
  readonly marked: boolean;
}

export interface ObservedSecurityGroup {
  /** Of both directions; null: AWS answered, and has no such group. */
  readonly rules: readonly ObservedRule[] | null;
  /** The ids of rules of which nobody knows what they let pass; left out, there are none. */
  readonly unreadable?: readonly string[];
  /**
   * The most entries of each prefix list, by its id: so many rules does a reference to it count for. One that is
   * not here counts for one, and AWS refuses what is too much.
   */
  readonly prefixListSizes: ReadonlyMap<string, number>;
}

/** One call each, in their order; a close may share its call with the closes next to it. */
export type SecurityGroupChange =
  | {
      readonly kind: "open";
      readonly rule: Rule;
      readonly reason: DriftReason;
      readonly exception?: Exception;
    }
  /** Gives a rule another value in one write: how a wanted flow gets a slot in a group that has none left. */
  | {
      readonly kind: "rewrite";
      readonly id: string;
      readonly from: Rule;
      readonly rule: Rule;
      readonly reason: DriftReason;
      readonly exception?: Exception;
      /** As of a close; its own rule is not among them. */
      readonly waitsFor: readonly string[];
    }
  | {
      readonly kind: "close";
      readonly id: string;
      readonly rule: Rule;
      readonly reason: DriftReason;
      readonly exception?: Exception;
      /**
       * The keys of the opened rules that take over wanted flows from this one: unless each of them is open, it must
       * stay. Most have none, and are closed whatever else fails.
       */
      readonly waitsFor: readonly string[];
    };

export type SecurityGroupRefusal =
  | { readonly reason: "no-such-group" }
  /** No slot is left, and none can be freed without closing a wanted flow. */
  | {
      readonly reason: "group-full";
      readonly notOpened: readonly Rule[];
      readonly notClosed: readonly Rule[];
    };

export interface SecurityGroupPlan {
  readonly changes: readonly SecurityGroupChange[];
  /** What would be done if the group were not in report mode; null when it is not. */
  readonly withheld: { readonly because: Withheld; readonly changes: readonly SecurityGroupChange[] } | null;
  /** Rules of the last applied link that stay open until somebody accepts their end. */
  readonly awaitingConsent: readonly Rule[];
  /** What exceptions that are over wanted, and what rules of others keep open in a group of which we own our own only. */
  readonly openByOthers: readonly Rule[];
  /** The ids of rules that are left as they are, as they cannot be read. */
  readonly unreadable: readonly string[];
  /** Whatever differs, in the order of the rules; what awaits consent is not among it. */
  readonly drift: readonly Drift[];
  readonly refused: SecurityGroupRefusal | null;
  /** When an exception begins or ends next: the group is to be looked at then. */
  readonly nextAt: Instant | null;
}
