/**
 * The demo's link: the reference link with certificates that live for 22 minutes and are renewed after twelve
 * seconds, so that several renewals can be watched, with a certificate for relay, with two tunnels that exist, and
 * with a Slack channel. Only the local scheduler, and what tunnels and alarms take, run faster than the clock;
 * everything else is as it would be deployed.
 */
import reference from "../../link.config.ts";
import { defineLink } from "../../shared/link/load.ts";
import { adoptedVpn } from "../testing/links.ts";

const [bunny] = reference.bunnies;
const [certificate] = bunny?.certificates ?? [];
if (bunny === undefined || certificate === undefined)
  throw new Error("the reference link has no certificate");
const { window: _, ...rest } = certificate;

/** Renewed after 12 seconds; what is left is two looks and more (a look is every ten minutes of the scheduler's time). */
const life = { lifetime: "1332 seconds", renewAt: 1 / 111, jitter: "1 second", proofWithin: "10 seconds" };

export default defineLink({
  ...reference,
  relay: {
    ...reference.relay,
    certificate: { ...life, readers: ["arn:aws:iam::123456789012:role/relay"] },
  },
  certificates: { checkEvery: "10 minutes" },
  bunnies: [{ ...bunny, certificates: [{ ...rest, ...life }] }],
  // In seconds of the clock, of which each is a minute of the sweep; lost again and again is what the demo has them.
  vpn: {
    ...adoptedVpn,
    repairAfter: "3 seconds",
    repairBackOff: "3 seconds",
    flap: { count: 50, within: "1 minute" },
  },
  alerts: {
    slack: { channel: "C0123456789" },
    emails: ["on-call@example.com"],
    runbook: "https://example.com/operating.md",
  },
});
