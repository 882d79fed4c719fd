/**
 * The link of the keys, whose refused callers are looked for: relay's in its own log, the tunnels' in a log group that
 * somebody else has made. So few are told that a test need not send many.
 */
import { defineLink } from "../../shared/link/load.ts";
import keys from "./keys-link.ts";

export default defineLink({
  ...keys,
  alerts: { ...keys.alerts, emails: ["on-call@example.com"] },
  authFailures: {
    logs: [
      { group: keys.relay.log.group, readers: [{ reader: "relay" }] },
      { group: "/example/vpn", readers: [{ reader: "ike" }] },
    ],
    window: "60 seconds",
    flood: 3,
    scan: 3,
  },
});
