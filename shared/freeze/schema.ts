/** Whether anything may be changed in the clouds: the last word that somebody gave about it. */
import * as z from "zod";

/** Of the contract (`control.freeze`), which takes no more. */
export const REASON_MAX = 200;

export const FreezeWord = z.object({
  frozen: z.boolean(),
  /** Empty for a thaw. */
  reason: z.string().max(REASON_MAX),
  /** The ARN of the person. */
  by: z.string().min(1),
  /** Each word of a link has a later time than the one before it: so the hand knows which of two counts. */
  at: z.int().positive(),
  /** Of a thaw: the hand has it, and the incident is over, so that nobody has to look at it again. */
  settled: z.boolean(),
});
export type FreezeWord = z.infer<typeof FreezeWord>;

/** A word that cannot be read freezes: it may well be one that does. */
export type Freeze =
  | { readonly frozen: true; readonly word: (FreezeWord & { readonly frozen: true }) | "unreadable" }
  /** Null: nobody has ever frozen the link. */
  | { readonly frozen: false; readonly word: (FreezeWord & { readonly frozen: false }) | null };

export const NEVER_FROZEN: Freeze = { frozen: false, word: null };
export const UNREADABLE: Freeze = { frozen: true, word: "unreadable" };

export const freezeOf = (word: FreezeWord): Freeze =>
  word.frozen
    ? { frozen: true, word: { ...word, frozen: true } }
    : { frozen: false, word: { ...word, frozen: false } };
