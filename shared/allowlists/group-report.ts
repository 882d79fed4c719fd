/**
 * What a run found and did in one group, of either cloud: plain data and bounded, as it goes over the wire and into
 * notes (report-draft.ts makes it). What is told to people follows from it, and nothing is put right because of it.
 */
import * as z from "zod";
import { CLOUD_CODE } from "../runtime/errors.ts";
import { Actor, Tool } from "./actor.ts";

/** More of each list are told in numbers. */
export const TOLD_MAX = 50;
/** Of these, several may be heard of at once. */
export const TOLD_CHANGES_MAX = 10;

/** A rule as people read it, and the same text for the same rule: `in tcp 443 10.10.1.0/24`. */
export const RuleText = z.string().min(1).max(300);
/** A rule's id on AWS, its name on Azure. */
export const RuleId = z.string().min(1).max(128);
const ChangeId = z.string().min(1).max(128);

export const ToldException = z.strictObject({
  author: z.string().min(1).max(100),
  reason: z.string().min(1).max(500),
  until: z.int().nonnegative(),
});
export type ToldException = z.infer<typeof ToldException>;

/**
 * How far an observed difference is known to be somebody's doing (attribute.ts). `link`: nobody's; the link itself
 * wants something else, or an exception is over.
 */
export const Certainty = z.enum(["named", "likely", "unknown", "link"]);
export type Certainty = z.infer<typeof Certainty>;

/** One difference between what is wanted and what is observed, whether or not it was put right. */
export const ToldDrift = z.strictObject({
  reason: z.enum([
    "missing",
    "newly-wanted",
    "unwanted",
    "too-wide",
    "exception-over",
    "no-longer-wanted",
    "redundant",
    /** Of an NSG in which nothing of ours ends the direction. */
    "open-by-default",
  ]),
  rule: RuleText,
  id: RuleId.optional(),
  exception: ToldException.optional(),
  certainty: Certainty,
  /** The id of the change in `seen` that made it. */
  change: ChangeId.nullable(),
  /** The run has put it right. */
  isHealed: z.boolean(),
});
export type ToldDrift = z.infer<typeof ToldDrift>;

export const ToldChange = z.strictObject({
  /** `rewrite`: one write gave a rule another value; it opens the one and closes the other. */
  kind: z.enum(["open", "close", "rewrite"]),
  rule: RuleText,
  id: RuleId.optional(),
  reason: z.string().min(1).max(50),
});
export type ToldChange = z.infer<typeof ToldChange>;

/** A write that the cloud refused or did not answer. What failed is still to be put right: the next run looks again. */
export const ToldFailure = z.strictObject({
  change: ToldChange,
  code: z.string().regex(CLOUD_CODE),
  /** True: nothing but a person or another link mends it, such as a quota. */
  isLasting: z.boolean(),
});
export type ToldFailure = z.infer<typeof ToldFailure>;

/** What no write can put right, or none that keeps what is wanted open. */
export const ToldTrouble = z.strictObject({
  kind: z.enum([
    "no-such-group",
    "group-full",
    "not-expressible",
    "blocked",
    "cannot-close",
    /** An exception is over, and a rule that is not ours to close goes on opening it. */
    "open-by-others",
    /** Ids of rules: nobody knows what they let pass. */
    "unreadable-rule",
    /** Somebody has changed what these rules let pass, and no rule. Only the look for which that was heard says so. */
    "prefix-list-changed",
  ]),
  rules: z.array(RuleText).max(TOLD_MAX),
});
export type ToldTrouble = z.infer<typeof ToldTrouble>;

/** A change by somebody else, as its event tells of it (seen.ts), its rules as texts. */
export const ToldSeen = z.strictObject({
  /** The same for each event of one change. */
  id: ChangeId,
  at: z.int().nonnegative().nullable(),
  actor: Actor,
  sourceAddress: z.string().min(1).max(128).nullable(),
  tool: Tool.nullable(),
  call: z.string().max(128),
  /** Without the direction where the event does not say it: `tcp 443 10.10.1.0/24`. */
  added: z.array(RuleText).max(TOLD_MAX),
  removed: z.array(RuleText).max(TOLD_MAX),
  touched: z.array(RuleId).max(TOLD_MAX),
  /** False: more was changed, or may have been, than stands here. */
  isComplete: z.boolean(),
});
export type ToldSeen = z.infer<typeof ToldSeen>;

const Count = z.int().nonnegative();

export const GroupReport = z.strictObject({
  /** A digest of all it says, before it was cut: the same report has the same one by whichever way it comes. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** By the link's name. */
  group: z.string().min(1).max(30),
  /** When it was observed. */
  at: z.int().nonnegative(),
  /** Written down before the first write, when nothing of it was done yet: by then its run is over, whatever it did. */
  begunUntil: z.int().nonnegative().optional(),
  /** What the link wants of it for good (consent.ts), so that a person accepts what was shown. */
  wish: z.string().regex(/^[0-9a-f]{64}$/),
  drift: z.array(ToldDrift).max(TOLD_MAX),
  driftCount: Count,
  /** How many of all differences were put right. */
  healedCount: Count,
  /** What was written, in this order. */
  done: z.array(ToldChange).max(TOLD_MAX),
  opened: Count,
  closed: Count,
  /** Why nothing was written, and what would have been; null when writing was allowed. */
  withheld: z
    .strictObject({
      because: z.enum(["report-mode", "first-met", "frozen", "plan-only"]),
      changes: z.array(ToldChange).max(TOLD_MAX),
      count: Count,
    })
    .nullable(),
  /** What the last applied link wanted, and what stays open until somebody accepts its end. */
  awaitingConsent: z.array(RuleText).max(TOLD_MAX),
  awaitingCount: Count,
  failures: z.array(ToldFailure).max(TOLD_MAX),
  failureCount: Count,
  /** One of a kind at most. */
  troubles: z.array(ToldTrouble).max(8),
  /** There is more to do than one run does. */
  isMore: z.boolean(),
  /** When an exception begins or ends next. */
  nextAt: z.int().nonnegative().nullable(),
  /** The changes by others that were heard of, whether or not `drift` names them: a late one explains what was healed. */
  seen: z.array(ToldSeen).max(TOLD_CHANGES_MAX),
});
export type GroupReport = z.infer<typeof GroupReport>;
