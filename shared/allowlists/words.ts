/** The words in which allowlists are told of. Rules are texts from outside: they stand in facts and notes alone. */
import { cut, TEXT_MAX } from "../alerts/condition.ts";
import { inShort } from "./attribution-facts.ts";
import type { ToldChange, ToldDrift } from "./group-report.ts";
import { FOUND_REASONS } from "./reason-words.ts";

export const CONCERN = "allowlists";

type Found = Pick<ToldDrift, "reason" | "rule">;
export const doneWords = ({ reason, rule }: Found): string => `${FOUND_REASONS[reason].done} ${rule}`;
export const foundWords = ({ reason, rule }: Found): string => `${FOUND_REASONS[reason].found}: ${rule}`;
export const changeWords = ({ kind, rule }: ToldChange): string =>
  `${kind === "rewrite" ? "open" : kind} ${rule}`;

/** A few of a list whose number is known, as a fact's value; "nothing" of none. */
export const listed = (texts: readonly string[], count: number): string =>
  cut(inShort(texts, 5, count) ?? "nothing", TEXT_MAX.value);

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Security groups track connections (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-connection-tracking.html), and so do NSGs. */
export const LIVE_ON =
  "closing a rule ends no connection that was made through it: such a one lives on until one of its ends drops it";

export const acceptWords = (group: string): string => `npm run warrener -- accept ${group}`;
