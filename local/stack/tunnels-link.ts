/** A link with two tunnels that exist at both ends, and no other automation that would touch them. */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";
import { adoptedVpn } from "../testing/links.ts";

const { alerts: _, ...link } = crash;

export default defineLink({ ...link, vpn: adoptedVpn });
