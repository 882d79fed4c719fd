/**
 * The link of the crash matrix, of which the hand holds everything: an API key of bunny's, the pre-shared keys of two
 * tunnels, and a trust that goes from one CA to another and has one more for when neither can sign.
 */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";
import { adoptedVpn } from "../testing/links.ts";

const { alerts: _, ...link } = crash;
const RELAY = "arn:aws:iam::123456789012:role/relay";

export default defineLink({
  ...link,
  relay: { ...link.relay, certificate: { readers: [RELAY] } },
  certificateAuthority: {
    ...link.certificateAuthority,
    next: { commonName: "Next Example CA" },
    failover: { commonName: "Failover Example CA" },
  },
  bunnies: link.bunnies.map((bunny) => ({ ...bunny, apiKeys: [{ name: "jobs-key" }] })),
  vpn: { ...adoptedVpn, preSharedKeys: {} },
  trust: {},
});
