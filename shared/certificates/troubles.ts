/** Since when something has been in the way of looking after certificates: it is told once it has lasted. */
import * as z from "zod";
import { InstantSchema } from "./schema.ts";

export const Troubles = z.object({
  /** Since when the hand was built from another link, or speaks another contract. */
  otherLinkSince: InstantSchema.nullable(),
  /** Since when a call has failed that a certificate needed. */
  failingSince: InstantSchema.nullable(),
});
export type Troubles = z.infer<typeof Troubles>;

/** When what was remembered is lost, the time begins anew. */
export const NO_TROUBLES: Troubles = { otherLinkSince: null, failingSince: null };

export const sameTroubles = (one: Troubles, other: Troubles): boolean =>
  one.otherLinkSince === other.otherLinkSince && one.failingSince === other.failingSince;
