/** Which certificates relay has accepted, as a port: the adapter reads relay's log (aws-usage.ts). */
import type { Instant } from "../runtime/instant.ts";
import type { Serial } from "./schema.ts";

export interface Usage {
  /**
   * When relay first accepted this serial at or after `since`; null when its log does not show that. A long log
   * takes many calls: `goOn` is asked before each. Throws `CloudError` when the search did not come to an end.
   */
  firstAccepted(
    serial: Serial,
    since: Instant,
    goOn: () => boolean | Promise<boolean>,
  ): Promise<Instant | null>;
}
