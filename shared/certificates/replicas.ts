/**
 * What relay's replicas have loaded, as a port; the adapter reads relay's log (aws-loaded.ts). A replica counts while
 * it was heard lately: one that is gone keeps nobody waiting, and a new one is waited for.
 */
import { CloudError } from "../runtime/errors.ts";
import type { Instant } from "../runtime/instant.ts";
import type { Serial } from "./schema.ts";
import type { Usage } from "./usage.ts";

export interface ReplicaReport {
  readonly replica: string;
  readonly at: Instant;
  /** The one that it serves, then the one that is ready to follow it. */
  readonly serials: readonly Serial[];
}

export interface Replicas {
  /** The latest word of each replica. `goOn` and what is thrown are as of `Usage`. */
  read(goOn: () => boolean | Promise<boolean>): Promise<readonly ReplicaReport[]>;
}

/**
 * A server's certificate is in use once every replica serves it; loaded is not enough. When nobody was heard, that is
 * not known, and so it is not said.
 */
export function servedBy(replicas: Replicas): Usage {
  return {
    async firstAccepted(serial, _since, goOn) {
      const reports = await replicas.read(goOn);
      const served = reports.filter(({ serials }) => serials[0] === serial).map(({ at }) => at);
      return reports.length > 0 && served.length === reports.length ? Math.max(...served) : null;
    },
  };
}

/** For a line that says it is a report and is none: whoever wrote it might be a replica that has loaded nothing. */
export const unreadableReport = (target: string): CloudError =>
  new CloudError({
    provider: "aws",
    operation: "FilterLogEvents",
    target,
    code: "unreadable-report",
    retryable: true,
  });
