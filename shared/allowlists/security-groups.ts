/** AWS's security groups as a port; the adapter is in aws-security-groups.ts. */
import type { Direction, Rule } from "./schema.ts";
import type { ObservedRule } from "./security-group.ts";

/** So many groups does one question name (a filter takes no more values), and so many rules one close. */
export const GROUPS_MAX = 200;
export const CLOSES_MAX = 100;

export interface RulesOfGroup {
  readonly rules: readonly ObservedRule[];
  /** The ids of those that cannot be read: they are there, and nobody knows what they let pass. */
  readonly unreadable: readonly string[];
}

/** Every method throws `CloudError` when EC2 did not answer, or said no: then nothing is known, or nothing was changed. */
export interface SecurityGroups {
  /**
   * The rules of each of the groups, of which there are at most `GROUPS_MAX`: in one call, unless there are more than a
   * thousand rules. A group that has none is not in the answer, nor is one that does not exist.
   */
  rules(ids: readonly string[]): Promise<ReadonlyMap<string, RulesOfGroup>>;
  /** Which of the groups, at most `GROUPS_MAX`, exist. */
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The most entries of each of the prefix lists, by id, where AWS says it. */
  prefixListSizes(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** `already`: the very rule is there, and not by this call. */
  open(group: string, rule: Rule): Promise<"done" | "already">;
  /** `already`: another rule has that value; `gone`: there is no rule of this id. Then nothing was changed. */
  rewrite(group: string, ruleId: string, rule: Rule): Promise<"done" | "already" | "gone">;
  /**
   * All of at most `CLOSES_MAX` rules or none. `gone`: one of them at least is not there. `maybe-done`: the same, and an
   * earlier attempt of this call may have closed them all.
   */
  close(
    group: string,
    direction: Direction,
    ruleIds: readonly string[],
  ): Promise<"done" | "gone" | "maybe-done">;
}
