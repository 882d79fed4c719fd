/** Where what is remembered of refused callers is kept, as a port. Every method throws `CloudError` when the table did not say. */
import type { AuthMemory } from "./memory.ts";

export interface ReadMemory {
  readonly memory: AuthMemory;
  /** What stands there is of another form: of it only the version could be read, and counting begins anew. */
  readonly isLost: boolean;
}

export interface AuthMemoryStore {
  read(): Promise<ReadMemory>;
  /** Null when another run has written since this one read: then nothing is written, and the delivery is taken again. */
  write(memory: AuthMemory): Promise<AuthMemory | null>;
}
