/** The link's event bus in memory. */
import type { Bus } from "../../shared/journal/bus.ts";
import type { ChangeRecord } from "../../shared/journal/change.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Calls } from "./calls.ts";

export interface ModelBus extends Bus {
  /** In the order in which they were told, each as often as it was. */
  readonly events: readonly ChangeRecord[];
}

export function modelBus(calls: Calls): ModelBus {
  const events: ChangeRecord[] = [];
  return {
    events,
    async tell(changes) {
      try {
        await calls.perform("bus.tell", "", () => void events.push(...changes));
        return { ids: new Set(changes.map(({ id }) => id)), code: null };
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        return { ids: new Set(), code: error.code };
      }
    },
  };
}
