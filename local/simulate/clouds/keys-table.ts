/** What the table keeps of API keys, in memory. */
import type { Freeze } from "../../../shared/freeze/schema.ts";
import type { KeptKey, KeysStandingStore } from "../../../shared/keys/api-keys-standing.ts";
import type { Instant } from "../../../shared/runtime/instant.ts";
import type { ModelIncidents } from "../../model/incidents.ts";
import type { SimulatedCalls } from "../calls.ts";

export interface KeysTable extends KeysStandingStore {
  readonly kept: Map<string, KeptKey>;
  /** By name. */
  readonly asked: Map<string, Instant>;
}

export function keysTable(
  calls: SimulatedCalls,
  freeze: { readonly stands: Freeze },
  incidents: Pick<ModelIncidents, "standing">,
): KeysTable {
  const kept = new Map<string, KeptKey>();
  const asked = new Map<string, Instant>();
  return {
    kept,
    asked,
    read: () =>
      calls.perform("keys.read", "", () => ({
        freeze: freeze.stands,
        asked: new Map(asked),
        kept: new Map(kept),
        incidents: [...incidents.standing.values()],
      })),
    keep: (name, before, next) =>
      calls.perform("keys.keep", name, () => {
        if ((kept.get(name)?.version ?? null) !== (before?.version ?? null)) return null;
        const written = { ...next, version: (before?.version ?? 0) + 1 };
        kept.set(name, written);
        return written;
      }),
    ask: (name, at) => calls.perform("journal.ask", name, () => void asked.set(name, at)),
    settle: (name, at) =>
      calls.perform("keys.settle", name, () => {
        if (asked.get(name) === at) asked.delete(name);
      }),
  };
}
