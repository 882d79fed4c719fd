/** Where the allowlists' memory is kept, as a port. Every method throws `CloudError` when the table did not say. */
import type { AllowlistMemory } from "./memory.ts";

export interface AllowlistMemoryStore {
  read(): Promise<AllowlistMemory>;
  /** Null when another run has written since this one read: then nothing is written. */
  write(memory: AllowlistMemory): Promise<AllowlistMemory | null>;
}
