/**
 * The link of the crash matrix, of which every key is looked after. Its bunny comes with two API keys. Its tunnels keep
 * their keys in both of AWS's ways: two that exist, and one that the deployment creates, to which nobody has given a key
 * yet. Everything is proven, steady and settled within seconds.
 */
import { defineLink } from "../../shared/link/load.ts";
import crash from "../crash/link.ts";
import { adoptedVpn } from "../testing/links.ts";

const apiKey = { grace: "10 minutes", proof: { after: "1 second" } } as const;
const created = {
  name: "new",
  aws: { create: { gateway: "vgw-0a1b2c3d4e5f60718", azureIp: "203.0.113.200" } },
  tunnels: [
    {
      name: "new-a",
      insideCidr: "169.254.21.0/30",
      azure: {
        create: {
          gateway: "gateway",
          bgpAddresses: [{ ipConfiguration: "default", address: "169.254.21.2" }],
        },
      },
    },
  ],
};

export default defineLink({
  ...crash,
  relay: { ...crash.relay, readers: ["arn:aws:iam::123456789012:role/relay"] },
  bunnies: crash.bunnies.map((bunny) => ({
    ...bunny,
    apiKeys: [
      { ...apiKey, name: "poll-key", scopes: ["poll"] },
      { ...apiKey, name: "result-key", scopes: ["results"] },
    ],
  })),
  vpn: {
    ...adoptedVpn,
    connections: [...adoptedVpn.connections, created],
    preSharedKeys: { rotateEvery: "1 hour", steadyFor: "2 seconds", settleFor: "2 seconds" },
  },
  alerts: { slack: { channel: "C0123456789" } },
});
