/** What the hand notes of each change that it makes, until the brain has collected it. */
import * as z from "zod";
import { GroupReport } from "../allowlists/group-report.ts";
import { CLOUD_CODE } from "../runtime/errors.ts";

/** Notes are in the order of their ids: the second it was noted, and a random part. */
export const NoteId = z.string().regex(/^\d{12}-[0-9a-f]{8}$/);

/** What was done, by the endpoint that was asked for it. */
export const Act = z.enum([
  "certificates.request",
  "certificates.drop-request",
  "certificates.merge",
  "tunnels.reset",
  "allowlists.heal",
  "allowlists.accept",
  "keys.set-key",
  "keys.set-tunnel",
  "trust.publish",
]);
export type Act = z.infer<typeof Act>;

export const HandNote = z.strictObject({
  id: NoteId,
  at: z.int().nonnegative(),
  act: Act,
  /** By the link's name. */
  target: z.string().min(1).max(127),
  /** The endpoint's own, or `unknown`: the call failed, and nobody knows whether anything was changed. */
  outcome: z.string().min(1).max(50),
  /** Why that is unknown. */
  code: z.string().regex(CLOUD_CODE).optional(),
  /** Of a heal: what was found and done in the group, shortened to what a note holds. */
  report: GroupReport.optional(),
  /** The platform's id of the invocation. */
  function: z.string().min(1).max(200).optional(),
});
export type HandNote = z.infer<typeof HandNote>;

/** The most of one `notes.collect`, and of one `notes.forget`. */
export const NOTES_MAX = 50;
