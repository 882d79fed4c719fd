/** What the local Event Grid does by itself. It has no API here: subscriptions come from the deployment. */
import type { OperationTable } from "../../stand-in/operations.ts";

export const EVENT_GRID_OPERATIONS = {
  /** What an endpoint answers is a status and no code, and what follows from it is in `event-grid.ts`. */
  "event-grid:Deliver": { mutates: false, errors: [] },
} as const satisfies OperationTable;
