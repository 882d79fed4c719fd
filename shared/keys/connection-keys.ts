/** The pre-shared keys of the tunnels' Azure ends, as a port: the adapter of Resource Manager and the tests' model. */
import type { Secret } from "../runtime/secret.ts";
import type { ConnectionId } from "../tunnels/connections.ts";

/** Every method throws `CloudError` when Azure did not say; `null` and the literals are facts. */
export interface ConnectionKeys {
  /** Null: the connection has none. */
  read(id: ConnectionId): Promise<Secret | null>;
  /**
   * Begins a change and does not wait for its end, which takes a while; it may be accepted and come to nothing, so what it
   * came to is seen when the key is read again. `busy`: something else is being done to its gateway, and nothing was begun.
   */
  set(id: ConnectionId, key: Secret): Promise<"begun" | "busy">;
}
