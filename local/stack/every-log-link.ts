/**
 * The link that looks for refused callers (auth-failures-link.ts), with a log for each reader that there is. The window
 * is long, so that what one test counts does not depend on how long the one before it took.
 */
import { defineLink } from "../../shared/link/load.ts";
import authFailures from "./auth-failures-link.ts";
import { LOGS } from "./canary-lines.ts";

export default defineLink({
  ...authFailures,
  authFailures: {
    logs: [
      { group: authFailures.relay.log.group, readers: [{ reader: "relay" }] },
      { group: LOGS.tunnels, readers: [{ reader: "ike" }] },
      {
        group: LOGS.nginx,
        readers: [{ reader: "nginx-access" }, { reader: "nginx-error" }],
        pods: { namespace: "ingress-nginx" },
      },
      { group: LOGS.nginxText, readers: [{ reader: "nginx-access" }], lines: "text" },
      { group: LOGS.envoy, readers: [{ reader: "envoy", verifies: true }] },
      { group: LOGS.lattice, readers: [{ reader: "lattice" }] },
      { group: LOGS.waf, readers: [{ reader: "waf" }] },
      {
        group: LOGS.proxy,
        readers: [
          {
            reader: "json",
            refused: { field: "outcome", is: ["denied"] },
            reason: { field: "reason", classes: { old: "expired" } },
            address: "client.address",
            serial: "client.serial",
            identity: "client.name",
            apiKeyId: "key",
          },
        ],
      },
    ],
    window: "10 minutes",
    flood: 3,
    scan: 30,
    unread: 3,
  },
});
