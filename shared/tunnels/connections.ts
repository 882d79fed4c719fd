/** The Azure ends of the tunnels, as a port: the adapter of Resource Manager (azure.ts) and the tests' model. */
import type { AzureEnd } from "./schema.ts";

/** The resource id of a connection. */
export type ConnectionId = string;

/** Every method throws `CloudError` when Azure did not say; the literals are facts. */
export interface Connections {
  read(id: ConnectionId): Promise<AzureEnd>;
  /**
   * Begins a reset and does not wait for its end, which may take minutes: how it went is seen when the connection is
   * read again. `busy`: something else is being done to its gateway, and nothing was begun.
   */
  reset(id: ConnectionId): Promise<"resetting" | "busy">;
}
