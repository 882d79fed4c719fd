/** Which certificates relay has accepted, as a port: the adapter reads relay's log (aws-usage.ts). */
import type { Instant } from "../runtime/instant.ts";
import type { Serial } from "./schema.ts";

export interface Usage {
  /** When relay first accepted this serial at or after `since`; null when its log does not show that. */
  firstAccepted(serial: Serial, since: Instant): Promise<Instant | null>;
}
