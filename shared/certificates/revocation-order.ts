/** An order to revoke one certificate, from a person or from a rule; it stands in the journal until it is done. */
import * as z from "zod";
import { InstantSchema, Serial } from "./schema.ts";

/** Of the CA's reasons, the two that can be meant here. */
export const RevocationReason = z.enum(["SUPERSEDED", "KEY_COMPROMISE"]);
export type RevocationReason = z.infer<typeof RevocationReason>;

export const RevocationOrder = z.strictObject({
  serial: Serial,
  certificate: z.string(),
  reason: RevocationReason,
  /** Who found that it should go: a person, or the rule for certificates that were issued and never merged. */
  origin: z.enum(["person", "orphan"]),
  /** The ARN of the person, or the name of the function. */
  orderedBy: z.string(),
  orderedAt: InstantSchema,
  /** Where it is known: which of all serials is meant is said by the CA alone. */
  certificateArn: z.string().optional(),
  state: z.enum(["ordered", "revoked", "refused"]),
  /** Why it was closed without a revocation: the CA's code, or one of ours (`ClosedCode`, revocation.ts). */
  code: z.string().optional(),
});
export type RevocationOrder = z.infer<typeof RevocationOrder>;

/**
 * Whether a new order takes the place of the one that stands for the same serial, open or closed. A person's does,
 * unless that would lower the reason or undo what was done; the rule for orphans never overrules anybody.
 */
export function replacesOrder(order: RevocationOrder, stands: RevocationOrder): boolean {
  if (order.origin === "orphan" || stands.state === "revoked") return false;
  return order.reason === "KEY_COMPROMISE" || stands.reason === "SUPERSEDED";
}
