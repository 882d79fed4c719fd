/** What is remembered of refused callers, in memory, as its item in the table behaves (shared/auth-failures/aws-memory.ts). */
import { type AuthMemory, NO_MEMORY } from "../../../shared/auth-failures/memory.ts";
import type { AuthMemoryStore } from "../../../shared/auth-failures/memory-store.ts";
import type { SimulatedCalls } from "../calls.ts";

export interface ModelAuthMemory extends AuthMemoryStore {
  readonly stands: AuthMemory;
}

export function modelAuthMemory(calls: SimulatedCalls): ModelAuthMemory {
  let stands = NO_MEMORY;
  return {
    get stands() {
      return stands;
    },
    read: () => calls.perform("auth-memory.read", "", () => ({ memory: stands, isLost: false })),
    write: (memory) =>
      calls.perform("auth-memory.write", "", () => {
        if (memory.version !== stands.version) return null;
        stands = { ...memory, version: memory.version + 1 };
        return stands;
      }),
  };
}
