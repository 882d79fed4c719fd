/** What is known of the allowlists before a run begins, as a port: what people agreed to, the freeze, the memory. */
import * as z from "zod";
import type { Freeze } from "../freeze/schema.ts";
import type { Instant } from "../runtime/instant.ts";
import { Agreed, NOTHING_AGREED } from "./agreed.ts";

/** What is kept of one security group. */
export const Kept = Agreed.extend({
  /** Counted up with each write; 0: nothing was ever kept. */
  version: z.int().positive(),
});
export type Kept = Readonly<z.output<typeof Kept>>;

export const NOTHING_KEPT: Kept = { ...NOTHING_AGREED, version: 0 };

export interface Look {
  /** Null: never, as far as anybody remembers. */
  readonly lookedAt: Instant | null;
  /** When it was last as it should be. */
  readonly inOrderAt: Instant | null;
}

export interface Standing {
  readonly freeze: Freeze;
  /** By the link's name of a group. */
  readonly lookOf: (group: string) => Look;
  /** By the link's names; `unreadable` may be a consent, or none. */
  readonly kept: ReadonlyMap<string, Kept | "unreadable">;
}

export interface StandingStore {
  /** What is kept of these groups, or of every one. */
  read(groups: "all" | readonly string[]): Promise<Standing>;
  /** Null when another run, or a person, has written since `kept` was read: then nothing is written. */
  keep(group: string, kept: Kept): Promise<Kept | null>;
}

export const keptOf = ({ kept }: Standing, group: string): Kept | "unreadable" =>
  kept.get(group) ?? NOTHING_KEPT;
