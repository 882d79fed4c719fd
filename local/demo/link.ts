/**
 * The demo's link: the reference link with certificates that live for 22 minutes and are renewed after twelve
 * seconds, so that several renewals can be watched, with a certificate for relay, with two tunnels that exist, with
 * groups of rules in both clouds, with logs that show who is refused, and with a Slack channel. Only the local scheduler, and what tunnels and alarms take, run faster than the clock;
 * everything else is as it would be deployed.
 */
import reference from "../../link.config.ts";
import type { LinkInput } from "../../shared/link/schema.ts";
import { adoptedVpn } from "../testing/links.ts";

const [bunny] = reference.bunnies;
const [certificate] = bunny?.certificates ?? [];
if (bunny === undefined || certificate === undefined)
  throw new Error("the reference link has no certificate");
const { window: _, ...rest } = certificate;

/** Renewed after 12 seconds; what is left is two looks and more (a look is every ten minutes of the scheduler's time). */
const life = { lifetime: "1332 seconds", renewAt: 1 / 111, jitter: "1 second", proofWithin: "10 seconds" };

export const RELAY = "sg-0a1b2c3d4e5f60718";
export const BALANCER = "sg-0a1b2c3d4e5f60719";
/** Open for a time only. */
export const EXCEPTION_PORT = 8_443;
/** Open as long as an earlier link was deployed. */
export const EARLIER_PORT = 8_080;

/** In seconds, of which a look comes each; what labels need to settle, and a grace of ten minutes, are as they are. */
const apiKey = { grace: "10 minutes", proof: { after: "3 seconds" } } as const;
export const POLL_KEY = "poll-key";
export const RESULT_KEY = "result-key";

/** Where the tunnels that exist write what they negotiate. */
export const TUNNEL_LOG = "/example/vpn";

const fromBunny = (ports: number) => ({
  direction: "in" as const,
  protocol: "tcp",
  ports,
  peer: { cidr: "10.10.1.0/24" },
});

export interface DemoLink {
  /** When relay's one exception ends, in ISO 8601; without it there is none. */
  readonly until?: string;
  /** What bunny's subnet may reach of relay's load balancer. */
  readonly balancerPorts?: readonly number[];
}

export const demoLink = ({ until, balancerPorts = [443] }: DemoLink): LinkInput => ({
  ...reference,
  relay: {
    ...reference.relay,
    certificate: { ...life, readers: ["arn:aws:iam::123456789012:role/relay"] },
  },
  certificates: { checkEvery: "10 minutes" },
  bunnies: [
    {
      ...bunny,
      certificates: [{ ...rest, ...life }],
      apiKeys: [
        { ...apiKey, name: POLL_KEY, scopes: ["poll"] },
        { ...apiKey, name: RESULT_KEY, scopes: ["results"] },
      ],
    },
  ],
  trust: { logWithin: "2 seconds", settleFor: "5 seconds" },
  // In seconds of the clock, of which each is a minute of the sweep; lost again and again is what the demo has them.
  vpn: {
    ...adoptedVpn,
    repairAfter: "3 seconds",
    repairBackOff: "3 seconds",
    flap: { count: 50, within: "1 minute" },
    preSharedKeys: {
      ...{ rotateEvery: "never", steadyFor: "2 seconds", settleFor: "1 second" },
      pauseAfterFailure: "2 seconds",
    },
  },
  allowlists: {
    groups: [
      {
        ...{ name: "relay", cloud: "aws", group: RELAY, own: "all" },
        // As an account has it whose quota was raised: somebody opens 200 rules at once.
        rulesMax: 250,
        exceptions: until === undefined ? [] : [exceptionUntil(until)],
      },
      {
        ...{ name: "balancer", cloud: "aws", group: BALANCER, own: "all" },
        rules: balancerPorts.map(fromBunny),
      },
      { name: "bunny", cloud: "azure", group: { resourceGroup: "network", nsg: "aks-subnet" }, own: "all" },
    ],
  },
  authFailures: {
    logs: [
      { group: reference.relay.log.group, readers: [{ reader: "relay" }] },
      { group: TUNNEL_LOG, readers: [{ reader: "ike" }] },
    ],
    // Of the clock: long enough for a line that comes late on a busy machine, and over before the demo is.
    ...{ window: "45 seconds", late: "20 seconds", quiet: "20 seconds" },
    // On this machine bunny calls from there, and strangers from elsewhere (callers.ts).
    callers: ["127.0.0.1/32"],
  },
  alerts: {
    slack: { channel: "C0123456789" },
    emails: ["on-call@example.com"],
    runbook: "https://example.com/operating.md",
  },
});

const exceptionUntil = (until: string) => ({
  rule: {
    ...{ direction: "in" as const, protocol: "tcp", ports: EXCEPTION_PORT },
    peer: { cidr: "10.20.0.0/24" },
  },
  author: "alice",
  reason: "the office, while relay is moved",
  until,
});

export default demoLink({});
