/** Why a rule differs or is written, in words: what was found, what was done about it, and why either way. */
import type { ToldDrift } from "./group-report.ts";
import type { NsgReason } from "./nsg-draft.ts";
import type { DriftReason } from "./schema.ts";

export type FoundReason = ToldDrift["reason"];
type AnyReason = FoundReason | DriftReason | NsgReason;

interface Why {
  /** Fits what was done as well as what will be. */
  readonly why: string;
}
interface Words extends Why {
  readonly found: string;
  readonly done: string;
}

export const FOUND_REASONS: Readonly<Record<FoundReason, Words>> = {
  missing: { why: "wanted, and not open", found: "closed", done: "opened again" },
  "newly-wanted": { why: "newly wanted by the link", found: "not open yet", done: "opened" },
  unwanted: { why: "not wanted", found: "open", done: "closed" },
  "too-wide": { why: "only a part of it is wanted", found: "open too wide", done: "narrowed" },
  "exception-over": {
    why: "its exception is over",
    found: "still open",
    done: "closed, as its time is over:",
  },
  "no-longer-wanted": { why: "not wanted by the link any more", found: "still open", done: "closed" },
  redundant: {
    why: "nothing that others do not do already",
    found: "needless",
    done: "removed, as it opens nothing alone:",
  },
  "open-by-default": {
    why: "let through by Azure's own rules",
    found: "open by default",
    done: "ended in a deny:",
  },
};

/** Of writes alone, or of what is told by itself. */
const OTHERS: Readonly<Record<Exclude<AnyReason, FoundReason>, Why>> = {
  "awaiting-consent": { why: "the part that waits for consent" },
  blocking: { why: "in the way of what is wanted" },
  "final-deny": { why: "closes what no rule opens" },
  "too-late": { why: "a Deny comes before it" },
  instead: { why: "in the place of a rule that has to go" },
  shut: { why: "closes many unwanted rules at once" },
};

const ALL: Readonly<Record<string, Why>> = { ...FOUND_REASONS, ...OTHERS };

/** What another version wrote, and this one has no word for, stands as it is. */
export const whyWords = (reason: string): string =>
  Object.hasOwn(ALL, reason) ? (ALL[reason]?.why ?? reason) : reason;
