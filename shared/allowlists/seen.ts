/**
 * A change of an allowlist as an event tells of it. It is for telling who did what, and for knowing where to look: what
 * is put right follows from what is observed, never from this. Bounded, and plain data: it can be kept and sent.
 */
import * as z from "zod";
import { Actor, Tool } from "./actor.ts";
import { CanonicalProtocol, Direction, Peer } from "./schema.ts";

/** A rule as an event holds it; the call that modifies rules does not say in which direction they are. */
export const SeenRule = z.strictObject({
  direction: Direction.nullable(),
  protocol: CanonicalProtocol,
  ports: z.strictObject({ from: z.int(), to: z.int() }).nullable(),
  peer: Peer,
  description: z.string().max(255),
});
export type SeenRule = z.infer<typeof SeenRule>;

/** Of one event; more of them are told in numbers by whoever puts them right. */
export const SEEN_RULES_MAX = 100;
const Rules = z.array(SeenRule).max(SEEN_RULES_MAX);

export const SeenRules = z.strictObject({
  added: Rules,
  removed: Rules,
  /** Ids of security group rules, or names of NSG rules. */
  touched: z.array(z.string().min(1).max(128)).max(SEEN_RULES_MAX),
  /** False: more was changed, or may have been, than stands here. */
  isComplete: z.boolean(),
});
export type SeenRules = z.infer<typeof SeenRules>;

export const SeenChange = z.strictObject({
  /** The same for each event of one change. */
  id: z.string().min(1).max(128),
  /** By the link's names; "all" when the event does not say which. */
  groups: z.union([z.literal("all"), z.array(z.string())]),
  at: z.int().nonnegative().nullable(),
  actor: Actor,
  /** An address, or the name of a service; null when the event does not say. */
  sourceAddress: z.string().min(1).max(128).nullable(),
  tool: Tool.nullable(),
  /** The call's name in the cloud's own words; a text from outside. */
  call: z.string().max(128),
  what: SeenRules,
});
export type SeenChange = z.infer<typeof SeenChange>;

export type LookReason =
  | "schedule"
  | "changed-by-others"
  /** Begun: the look may be too early, and another event follows. */
  | "accepted-change"
  /** Undone half-way, perhaps. */
  | "canceled-change"
  /** Of a kind that is known, without a field that it should have. */
  | "incomplete-event"
  /** Of a kind that is not known, about a group of ours. */
  | "unknown-call";

export type PassReason =
  /** Of a group that the link does not name. */
  | "not-ours"
  /** Nothing was changed by it. */
  | "failed-call"
  | "read-only"
  /** Made by this half itself. */
  | "own-change"
  | "other-event";

/** An event says to look, and nothing more; or why there is nothing to look at. */
export type Heard =
  | { readonly look: true; readonly reason: LookReason; readonly change: SeenChange | null }
  | { readonly look: false; readonly reason: PassReason };

export const pass = (reason: PassReason): Heard => ({ look: false, reason });

/** A group of the link, and what its cloud calls it. */
export interface NamedGroup {
  readonly name: string;
  /** Of a security group `sg-…`; of an NSG its resource id. */
  readonly id: string;
}

export const NOTHING_SAID: SeenRules = { added: [], removed: [], touched: [], isComplete: false };
