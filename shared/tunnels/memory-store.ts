/** Where the tunnels' memory is kept, as a port, with what else a run must know before it starts. */
import type { Freeze } from "../freeze/schema.ts";
import type { Memory } from "./schema.ts";

export interface TunnelsStanding {
  readonly memory: Memory;
  readonly freeze: Freeze;
}

export interface MemoryStore {
  /** In one read. */
  read(): Promise<TunnelsStanding>;
  /** Null when another run has written since this one read: then nothing is written. */
  write(memory: Memory): Promise<Memory | null>;
}
