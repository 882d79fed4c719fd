/** relay's log in memory: which serials it accepted, and when. */
import type { Serial } from "../../shared/certificates/schema.ts";
import type { Usage } from "../../shared/certificates/usage.ts";
import { CloudError } from "../../shared/runtime/errors.ts";
import type { Instant } from "../../shared/runtime/instant.ts";
import type { Calls } from "./calls.ts";

export interface ModelUsage extends Usage {
  /** relay accepts a caller with this serial. */
  accept(serial: Serial, at: Instant): void;
  /** A long log is searched in so many calls. */
  pages: number;
}

export function modelUsage(calls: Calls): ModelUsage {
  const accepted = new Map<Serial, Instant[]>();
  const usage: ModelUsage = {
    pages: 1,
    accept: (serial, at) => void accepted.set(serial, [...(accepted.get(serial) ?? []), at]),
    async firstAccepted(serial, since, goOn) {
      for (let page = 0; page < usage.pages; page += 1) {
        if (!(await goOn())) throw unfinished(serial);
        await calls.perform("usage.first-accepted", serial, () => undefined);
      }
      const times = (accepted.get(serial) ?? []).filter((at) => at >= since);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
  return usage;
}

const unfinished = (target: string) =>
  new CloudError({
    provider: "aws",
    operation: "usage.first-accepted",
    target,
    code: "search-unfinished",
    retryable: true,
  });
