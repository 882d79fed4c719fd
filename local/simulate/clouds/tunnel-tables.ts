/** What the table keeps of tunnels and of their keys, each item with its version; as their adapters behave at it. */
import type { Freeze } from "../../../shared/freeze/schema.ts";
import { endsDifferOf } from "../../../shared/keys/pre-shared-differ.ts";
import type { PreSharedStore } from "../../../shared/keys/pre-shared-ports.ts";
import type { PreSharedBrain } from "../../../shared/keys/pre-shared-run.ts";
import { NO_PRE_SHARED_MEMORY, type PreSharedMemory } from "../../../shared/keys/pre-shared-schema.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import type { MemoryStore } from "../../../shared/tunnels/memory-store.ts";
import { type Memory, NO_MEMORY } from "../../../shared/tunnels/schema.ts";
import type { ModelIncidents } from "../../model/incidents.ts";
import type { SimulatedCalls } from "../calls.ts";

export interface TunnelTablesOptions {
  readonly calls: SimulatedCalls;
  readonly freeze: { readonly stands: Freeze };
  readonly incidents: Pick<ModelIncidents, "standing">;
}

export interface TunnelTables {
  /** As they stand. */
  memory: Memory;
  keyMemory: PreSharedMemory;
  /** When a person last asked for a new key, by tunnel. */
  readonly asked: Map<string, Instant>;
  readonly store: MemoryStore;
  readonly keyStore: PreSharedStore;
  readonly asking: PreSharedBrain["asking"];
}

export function tunnelTables({ calls, freeze, incidents }: TunnelTablesOptions): TunnelTables {
  const asked = new Map<string, Instant>();
  const store: MemoryStore = {
    read: () =>
      calls.perform("memory.read", "", () => ({
        memory: tables.memory,
        freeze: freeze.stands,
        endsDiffer: endsDifferOf(tables.keyMemory),
      })),
    write: (next) =>
      calls.perform("memory.write", "", () => {
        if (next.version !== tables.memory.version) return null;
        tables.memory = { ...next, version: next.version + 1 };
        return tables.memory;
      }),
  };
  const keyStore: PreSharedStore = {
    read: () =>
      calls.perform("pre-shared.read", "", () => ({
        memory: tables.keyMemory,
        tunnelsMemory: tables.memory,
        incidents: [...incidents.standing.values()].filter(({ state }) => state === "open"),
        frozen: freeze.stands.frozen,
        askedFor: new Map(asked),
      })),
    write: (next) =>
      calls.perform("pre-shared.write", "", () => {
        if (next.version !== tables.keyMemory.version) return null;
        tables.keyMemory = { ...next, version: next.version + 1 };
        return tables.keyMemory;
      }),
    async announce(work) {
      const { memory } = await store.read();
      if (memory === null || memory.work?.reason === "repair") return false;
      if (work === null && memory.work === null) return true;
      const announced = work === null ? null : ({ ...work, reason: "planned" } as const);
      return (await store.write({ ...memory, work: announced })) !== null;
    },
  };
  const tables: TunnelTables = {
    memory: NO_MEMORY,
    keyMemory: NO_PRE_SHARED_MEMORY,
    asked,
    store,
    keyStore,
    asking: {
      ask: (name, at) => calls.perform("journal.ask", name, () => void asked.set(name, at)),
      settle: (name, at) =>
        calls.perform("keys.settle", name, () => {
          if (asked.get(name) === at) asked.delete(name);
        }),
    },
  };
  return tables;
}
