/** What an endpoint of the contract is made of. */
import type * as z from "zod";

/** The most names in one `observe`: keeps an answer within a few seconds and far below every size limit. */
export const OBSERVE_MAX = 20;

export const endpoint = <Body extends z.ZodType, Outcome extends z.ZodType>(shape: {
  readonly path: string;
  readonly body: Body;
  readonly outcome: Outcome;
}) => shape;
