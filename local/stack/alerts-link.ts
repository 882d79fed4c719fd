/** A link with two tunnels and everybody who is told of them, whose repairs begin within seconds. */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";
import { adoptedVpn } from "../testing/links.ts";

export default defineLink({
  ...crash,
  vpn: {
    ...adoptedVpn,
    repairAfter: "1 second",
    repairBackOff: "1 second",
    flap: { count: 50, within: "1 second" },
  },
  alerts: {
    slack: { channel: "C0123456789" },
    emails: ["on-call@example.com"],
    runbook: "https://example.com/operating.md",
  },
});
