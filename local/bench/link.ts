/** The bench's link: two tunnels that exist, a Slack channel, and no tunnel that counts as unsteady or is mended. */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";
import { adoptedVpn } from "../testing/links.ts";

export default defineLink({
  ...crash,
  vpn: { ...adoptedVpn, repair: "off", flap: { count: 50, within: "1 second" } },
  alerts: { slack: { channel: "C0123456789" }, runbook: "https://example.com/operating.md" },
});
