/** relay's replicas in memory, as its log shows them: what each said last, while it was heard lately. */
import type { ReplicaReport, Replicas } from "../../shared/certificates/replicas.ts";
import type { Serial } from "../../shared/certificates/schema.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Calls } from "./calls.ts";
import type { ModelClock } from "./clock.ts";

const HEARD_WITHIN_SECONDS = 300;

export interface ModelReplicas extends Replicas {
  /** The one that it serves, then the one that is ready to follow it. */
  say(replica: string, ...serials: readonly Serial[]): void;
}

export function modelReplicas(calls: Calls, clock: ModelClock): ModelReplicas {
  const latest = new Map<string, ReplicaReport>();
  return {
    say: (replica, ...serials) => void latest.set(replica, { replica, serials, at: clock.now() }),
    async read(goOn) {
      if (!(await goOn())) throw unfinished();
      return await calls.perform("replicas.read", "", () =>
        [...latest.values()]
          .filter(({ at }) => at >= clock.now() - HEARD_WITHIN_SECONDS)
          .toSorted((one, other) => (one.replica < other.replica ? -1 : 1)),
      );
    },
  };
}

const unfinished = () =>
  new CloudError({
    provider: "aws",
    operation: "replicas.read",
    target: "relay",
    code: "search-unfinished",
    retryable: true,
  });
