/**
 * What is remembered of refused callers: the window's slots, what is told of now, and which lines were counted. One
 * item of the table, bounded whatever comes: an attacker decides how much there is. When it is lost, the window begins
 * anew, and who is refused still is counted again.
 */
import * as z from "zod";
import { AuthEvent, FailureClass, PARTIES_MAX } from "./schema.ts";
import { CELLS_MAX } from "./sources.ts";
import { SKETCH } from "./sources-distinct.ts";
import { SLOTS_MAX } from "./windows.ts";

const At = z.int().nonnegative();
const Count = z.int().nonnegative();

const StoredCell = z.strictObject({
  /** An address, or what stands for none (memory-take.ts). */
  source: z.string().max(39),
  class: FailureClass,
  count: Count,
  error: Count,
});

/** How much of the window is remembered; an item may have 100 KB, and all of these at their most have less. */
export const MEMORY_MAX = {
  bytes: 100_000,
  lines: 1_500,
  batches: 300,
  floods: 10,
  parties: PARTIES_MAX,
  failures: 3,
} as const;

/** The digest of a line's or a batch's id, in eight characters each. */
export const MARK_LENGTH = 8;
const Marks = z.string().regex(/^([\w-]{8})*$/);

export const AuthSlot = z.strictObject({
  slot: Count,
  /** Strangers' failures. */
  refused: Count,
  cells: z.array(StoredCell).max(CELLS_MAX),
  sketch: z.string().regex(SKETCH),
  /** Lines that no reader understands. */
  unread: Count,
  /** Lines of any kind that were heard of here, and had happened too long before. */
  late: Count,
  /** The lines that were counted here or, of the link's own, by name, so that none counts twice; the latest last. */
  lines: Marks,
  /** There were more than are remembered: a line that is delivered again may count again. */
  isCut: z.boolean(),
});
export type AuthSlot = z.infer<typeof AuthSlot>;

export const Failure = z.strictObject({
  mark: z.string().length(MARK_LENGTH),
  at: At,
  class: FailureClass,
  certainty: z.enum(["proven", "likely", "claimed"]),
  ...AuthEvent.pick({ source: true, serial: true, apiKeyId: true }).shape,
});
export type Failure = z.infer<typeof Failure>;

/** One of the link's own, an identity or a tunnel: how it was refused, and when it was last let in. */
export const Party = z.strictObject({
  name: z.string().max(253),
  /** Of the failures that stand now; null when none does. */
  firstAt: At.nullable(),
  count: Count,
  /** The latest, oldest first. */
  failures: z.array(Failure).max(MEMORY_MAX.failures),
  acceptedAt: At.nullable(),
  /** When another concern was last asked to look at what is wrong. */
  wokenAt: At.nullable(),
});
export type Party = z.infer<typeof Party>;

export const Flood = z.strictObject({
  source: StoredCell.shape.source,
  class: FailureClass,
  since: At,
  lastAt: At,
  total: Count,
});
export type Flood = z.infer<typeof Flood>;

const Scan = z.strictObject({
  since: At,
  lastAt: At,
  /** The most at once. */
  sources: Count,
  total: Count,
  /** Those with the most failures, when there were the most sources. */
  top: z.array(z.strictObject({ source: StoredCell.shape.source, class: FailureClass })).max(3),
});
export type Scan = z.infer<typeof Scan>;

const LineCount = z.strictObject({ since: At, lastAt: At, total: Count });
export type LineCount = z.infer<typeof LineCount>;

export const AuthMemory = z.object({
  /** Counts the writes: two runs at once cannot both build on the same one. 0: never written. */
  version: Count,
  /** Of the link that it was counted by: with another window everything counts anew. */
  slotSeconds: z.int().positive(),
  slots: z.array(AuthSlot).max(SLOTS_MAX),
  /** Deliveries that were counted whole: they come again as they were. The latest last. */
  batches: Marks,
  own: z.array(Party).max(MEMORY_MAX.parties),
  tunnels: z.array(Party).max(MEMORY_MAX.parties),
  /** Whoever calls from where bunnies call from, and names nobody: all of them as one. */
  callers: z.array(Party).max(1),
  floods: z.array(Flood).max(MEMORY_MAX.floods),
  scan: Scan.nullable(),
  /** Lines that no reader understands. */
  unread: LineCount.nullable(),
  /** Lines that were handed over too late to be counted. */
  late: LineCount.nullable(),
});
export type AuthMemory = z.infer<typeof AuthMemory>;

export const NO_MEMORY: AuthMemory = {
  version: 0,
  slotSeconds: 1,
  slots: [],
  batches: "",
  own: [],
  tunnels: [],
  callers: [],
  floods: [],
  scan: null,
  unread: null,
  late: null,
};
