/** The open incidents come with what a function reads first, as in shared/tunnels/aws-memory.ts: to look at them costs nothing. */
import type { IncidentStore, Standing } from "../../../shared/alerts/store.ts";
import type { ModelIncidents } from "../../model/incidents.ts";

export function seenWith<Store extends { read(): Promise<unknown> }>(
  store: Store,
  incidents: ModelIncidents,
): { readonly store: Store; readonly incidents: IncidentStore } {
  let seen: Standing | null = null;
  const read = async () => {
    const answer = await store.read();
    seen = { incidents: [...incidents.standing.values()], unreadable: [] };
    return answer;
  };
  return {
    store: { ...store, read },
    incidents: {
      ...incidents,
      async readIncidents() {
        const first = seen;
        seen = null;
        return first ?? (await incidents.readIncidents());
      },
    },
  };
}
