/** The tunnels' memory and the link's lease in memory. What is given out is a copy, as from a table. */
import type { Lease } from "../../shared/lease/lease.ts";
import type { MemoryStore } from "../../shared/tunnels/memory-store.ts";
import { Memory } from "../../shared/tunnels/schema.ts";
import type { Calls } from "./calls.ts";
import type { ModelFreeze } from "./freeze.ts";

export function modelMemory(calls: Calls, memory: { stands: Memory }, freeze: ModelFreeze): MemoryStore {
  return {
    read: () =>
      calls.perform("memory.read", "", () => ({
        memory: Memory.parse(structuredClone(memory.stands)),
        freeze: freeze.stands,
      })),
    write: (next) =>
      calls.perform("memory.write", "", () => {
        if (next.version !== memory.stands.version) return null;
        memory.stands = Memory.parse(structuredClone({ ...next, version: next.version + 1 }));
        return structuredClone(memory.stands);
      }),
  };
}

export function modelLease(calls: Calls, lease: { until: number; fence: number }, now: () => number): Lease {
  return {
    acquire: (holder) =>
      calls.perform("lease.acquire", holder, () => {
        if (lease.until > now()) return null;
        lease.until = now() + 1_200;
        lease.fence += 1;
        return { fence: lease.fence };
      }),
    check: (fence) =>
      calls.perform("lease.check", "", () => lease.fence === fence && lease.until > now() + 60),
    release: (fence) =>
      calls.perform("lease.release", "", () => {
        if (lease.fence === fence) lease.until = 0;
      }),
  };
}
