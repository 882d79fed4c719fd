/** Where the tunnels' memory is kept, as a port, with what else a run must know before it starts. */
import type { Freeze } from "../freeze/schema.ts";
import type { EndsDiffer, Memory } from "./schema.ts";

export interface TunnelsStanding {
  /** Null when something stands there that cannot be read: a later version wrote it. It is left as it is. */
  readonly memory: Memory | null;
  readonly freeze: Freeze;
  /** Left out: none. */
  readonly endsDiffer?: readonly EndsDiffer[] | undefined;
}

/** What a person should do about that. */
export const MEMORY_UNREADABLE =
  "what is remembered of the tunnels cannot be read: unreadable-item; none is mended before the item memory#tunnels is deleted";

export interface MemoryStore {
  /** In one read. */
  read(): Promise<TunnelsStanding>;
  /** Null when another run has written since this one read: then nothing is written. */
  write(memory: Memory): Promise<Memory | null>;
}
