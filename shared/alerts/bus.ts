/** The link's event bus, as a port for incidents; the adapter is in aws-bus.ts. */
import type { Told } from "../journal/bus.ts";
import type { IncidentEvent } from "./event.ts";

export interface IncidentBus {
  /** Never throws for the bus's own failure: what was not taken stays untold. */
  tell(events: readonly IncidentEvent[]): Promise<Told>;
}
