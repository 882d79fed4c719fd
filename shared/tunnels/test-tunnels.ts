/** Tunnels as both ends see them, for tests. */

import * as z from "zod";
import { adoptedVpn, linkWith } from "../../local/testing/links.ts";
import { createHand, type Hand } from "../azure-api/client.ts";
import { CONTRACT_VERSION, type Outcome } from "../azure-api/contract.ts";
import { parseLink } from "../link/load.ts";
import type { LinkInput } from "../link/schema.ts";
import type { LinkVpn } from "../link/vpn.ts";
import { Secret } from "../runtime/secret.ts";
import { type PlanInput, planTunnels, type TunnelsPlan } from "./plan.ts";
import { type AwsEnd, type AzureEnd, type DesiredTunnel, NO_MEMORY, type ObservedTunnel } from "./schema.ts";

export const AT = 1_795_248_000;

export function vpnWith(changes: Partial<NonNullable<LinkInput["vpn"]>> = {}): LinkVpn {
  const { vpn } = parseLink(linkWith({ vpn: { ...adoptedVpn, ...changes } }));
  if (vpn === undefined) throw new Error("the link has no vpn");
  return vpn;
}

export const desiredOf = (...names: readonly string[]): DesiredTunnel[] =>
  names.map((name, index) => ({
    name,
    connection: "one",
    vpnConnectionId: "vpn-0a1b2c3d4e5f60718",
    outsideIp: `198.51.100.${10 + index}`,
    routing: "bgp",
  }));

export const awsEnd = (changes: Partial<AwsEnd> = {}): AwsEnd => ({
  status: "up",
  acceptedRoutes: 2,
  ipsec: "unknown",
  connectionState: "available",
  provisioning: "unknown",
  unknownDetail: null,
  ...changes,
});

export const azureEnd = (changes: Partial<AzureEnd> = {}): AzureEnd => ({
  outsideIp: "198.51.100.10",
  status: "connected",
  provisioning: "succeeded",
  bgp: true,
  ...changes,
});

export const up = (name: string): ObservedTunnel => ({
  name,
  aws: awsEnd(),
  azure: azureEnd(),
  maintenance: null,
});
export const down = (name: string): ObservedTunnel => ({
  name,
  aws: awsEnd({ status: "down", ipsec: "down" }),
  azure: azureEnd({ status: "not-connected" }),
  maintenance: null,
});

/** Over one-a and one-b, unless others are observed. */
export function planOf(observed: readonly ObservedTunnel[], changes: Partial<PlanInput> = {}): TunnelsPlan {
  return planTunnels({
    vpn: vpnWith(),
    desired: desiredOf(...observed.map(({ name }) => name)),
    observed,
    memory: NO_MEMORY,
    frozen: false,
    now: AT,
    linksTo: () => [],
    ...changes,
  });
}

/** Looks at the same thing again and again; what is planned last. */
export function planLater(
  observed: readonly ObservedTunnel[],
  seconds: number,
  changes: Partial<PlanInput> = {},
): TunnelsPlan {
  const { memory } = planOf(observed, changes);
  return planOf(observed, { ...changes, memory, now: (changes.now ?? AT) + seconds });
}

const Asked = z.object({ body: z.object({ names: z.array(z.string()) }) });

export type HandAnswer = Outcome<"tunnels.observe"> | "other-link" | "failed";

/** The real client of a hand that answers like this when it is asked for tunnels. */
export function answeringHand(answer: (names: readonly string[]) => HandAnswer): Hand {
  const link = "a".repeat(64);
  return createHand({
    url: "https://hand.example/api",
    link,
    token: async () => new Secret("a.b.c"),
    fetch: async (_url, init) => {
      const outcome = answer(Asked.parse(JSON.parse(String(init?.body))).body.names);
      if (outcome === "failed") throw new TypeError("fetch failed");
      const answered = outcome === "other-link" ? "b".repeat(64) : link;
      return new Response(JSON.stringify({ contract: CONTRACT_VERSION, link: answered, outcome }));
    },
  });
}
