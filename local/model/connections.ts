/** The Azure ends in memory, as their adapter behaves at the real ones: a test says how each is. */
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Connections } from "../../shared/tunnels/connections.ts";
import type { AzureEnd } from "../../shared/tunnels/schema.ts";

export interface ModelConnections extends Connections {
  /** By resource id. Null: it cannot be read. */
  readonly ends: Map<string, AzureEnd | null>;
  /** The ids of those that were reset, in order. */
  readonly resets: readonly string[];
}

export const connectedEnd = (outsideIp: string): AzureEnd => ({
  outsideIp,
  status: "connected",
  provisioning: "succeeded",
  bgp: true,
});

export function modelConnections(given: Readonly<Record<string, AzureEnd | null>>): ModelConnections {
  const ends = new Map(Object.entries(given));
  const resets: string[] = [];
  const find = (operation: string, id: string): AzureEnd => {
    const end = ends.get(id);
    if (end !== undefined && end !== null) return end;
    const code = end === null ? "unreachable" : "ResourceNotFound";
    throw new CloudError({ provider: "azure", operation, target: id, code, retryable: end === null });
  };
  return {
    ends,
    resets,
    read: async (id) => find("GetConnection", id),
    async reset(id) {
      const end = find("ResetConnection", id);
      // All of a test's connections are of one gateway, which takes one change at a time.
      if ([...ends.values()].some((other) => other?.provisioning === "updating")) return "busy";
      resets.push(id);
      ends.set(id, { ...end, provisioning: "updating" });
      return "resetting";
    },
  };
}
