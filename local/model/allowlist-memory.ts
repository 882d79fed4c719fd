/** The allowlists' memory in memory. What is given out is a copy, as from a table. */
import { AllowlistMemory } from "../../shared/allowlists/memory.ts";
import type { AllowlistMemoryStore } from "../../shared/allowlists/memory-store.ts";
import type { Calls } from "./calls.ts";

export function modelAllowlistMemory(
  calls: Calls,
  memory: { stands: AllowlistMemory },
): AllowlistMemoryStore {
  const copy = () => AllowlistMemory.parse(structuredClone(memory.stands));
  return {
    read: () => calls.perform("allowlist-memory.read", "", copy),
    write: (next) =>
      calls.perform("allowlist-memory.write", "", () => {
        if (next.version !== memory.stands.version) return null;
        memory.stands = AllowlistMemory.parse(structuredClone({ ...next, version: next.version + 1 }));
        return copy();
      }),
  };
}
