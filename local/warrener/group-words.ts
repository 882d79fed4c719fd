/** What is done in groups of rules, and why, in words that fit what was done as well as what will be. */
import type { ToldChange, ToldTrouble } from "../../shared/allowlists/group-report.ts";
import { whyWords } from "../../shared/allowlists/reason-words.ts";

type Kind = ToldChange["kind"];
const WILL: Readonly<Record<Kind, string>> = { open: "opens", close: "closes", rewrite: "rewrites" };
const DID: Readonly<Record<Kind, string>> = { open: "opened", close: "closed", rewrite: "rewrote" };

/** Such as `closes in tcp 22 0.0.0.0/0 (sgr-0a1b): not wanted`. */
export const sayWill = (change: ToldChange): string => `${WILL[change.kind]} ${sayRule(change)}`;
export const sayDid = (change: ToldChange): string => `${DID[change.kind]} ${sayRule(change)}`;

function sayRule({ kind, rule, id, reason }: ToldChange): string {
  const named = id === undefined ? rule : kind === "rewrite" ? `${id} as ${rule}` : `${rule} (${id})`;
  return `${named}: ${whyWords(reason)}`;
}

const TROUBLES: Readonly<Record<ToldTrouble["kind"], string>> = {
  "no-such-group": "The cloud has no such group: is its id in the link right, or was it deleted?",
  "group-full":
    "The group has no room left: raise its quota, or want fewer rules. Not opened or closed because of it:",
  "not-expressible": "No rule of the group can say what the link wants:",
  blocked: "Rules that are not Warrener's stand in the way of what is wanted:",
  "cannot-close": "Rules that are not wanted cannot be closed without closing what is wanted:",
  "open-by-others": "Exceptions are over, and rules that are not Warrener's keep them open:",
  "prefix-list-changed": "Somebody has changed a prefix list, and so what these wanted rules let pass:",
  "unreadable-rule": "Rules cannot be read, and are left as they are:",
};

export const sayTrouble = ({ kind, rules }: ToldTrouble): Said => ({
  sentence: TROUBLES[kind],
  details: rules,
});

/** A sentence, and what stands below it where there is room. */
export interface Said {
  readonly sentence: string;
  readonly details: readonly string[];
}

/** "1 rule", "3 rules". */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

/** Of a list that was cut: how many more there are. */
export const andMore = (shown: readonly unknown[], count: number): string[] =>
  count > shown.length ? [`and ${count - shown.length} more`] : [];
