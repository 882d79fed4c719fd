/** The link's event bus, as a port: everybody in the account may listen on it. The adapter is in aws-bus.ts. */
import type { ChangeRecord } from "./change.ts";

export interface Told {
  /** The ids of the changes that the bus took. */
  readonly ids: ReadonlySet<string>;
  /** Why it did not take the first of the others; null when it took all. */
  readonly code: string | null;
}

export interface Bus {
  /** Never throws for the bus's own failure: what was not taken stays untold. */
  tell(changes: readonly ChangeRecord[]): Promise<Told>;
}
