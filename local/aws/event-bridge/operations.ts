/** What the local EventBridge can do and how it refuses; docs/fidelity.md names the source of each row. */
import type { OperationTable } from "../../stand-in/operations.ts";
import { jsonCommonErrors } from "../json-wire.ts";

export const eventBridgeOperations: OperationTable = {
  "events:PutEvents": {
    mutates: true,
    errors: [...jsonCommonErrors, "InternalException", "ValidationException"],
  },
};
