/** The tunnels' memory and the link's lease in memory. What is given out is a copy, as from a table. */
import type { Lease } from "../../shared/lease/lease.ts";
import type { MemoryStore } from "../../shared/tunnels/memory-store.ts";
import { Memory } from "../../shared/tunnels/schema.ts";
import type { Calls } from "./calls.ts";
import type { ModelFreeze } from "./freeze.ts";

export interface ModelMemory {
  stands: Memory;
  /** Another version wrote it. */
  isUnreadable: boolean;
}

export function modelMemory(calls: Calls, memory: ModelMemory, freeze: ModelFreeze): MemoryStore {
  return {
    read: () =>
      calls.perform("memory.read", "", () => ({
        memory: memory.isUnreadable ? null : Memory.parse(structuredClone(memory.stands)),
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

export interface ModelLease {
  until: number;
  fence: number;
  holder: string;
}

export function modelLease(calls: Calls, lease: ModelLease, now: () => number): Lease {
  return {
    acquire: (holder) =>
      calls.perform("lease.acquire", holder, () => {
        if (lease.until > now()) return { holder: lease.holder, until: lease.until };
        lease.until = now() + 1_200;
        lease.holder = holder;
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
